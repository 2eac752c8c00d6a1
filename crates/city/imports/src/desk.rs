//! 导入台的事: bring a file, look at it, say how it is read, begin, look how far it is, forget it.

use std::fs::File;
use std::sync::atomic::Ordering;

use city::{Door as _, Error, Later};
use kernel::{Actor, StaffId};
use store::blobs::Arriving;
use store::brought;

use crate::gate::{Gate, How, Preview};
use crate::{Brought, Imports, State, Template, template};

/// Files of one person that are kept at once.
const FILES_MAX: u32 = 20;
/// Files that are looked at at once: each is read as a whole.
const LOOKS_MAX: usize = 2;
/// Characters of the name of a template.
const NAME_MAX: usize = 40;

/// A file as its page shows it.
#[derive(Debug)]
pub struct View {
    /// the file
    pub brought: Brought,
    /// how it is read
    pub how: How,
    /// what would be read; only before it begins
    pub preview: Option<Preview>,
}

fn who(actor: &Actor) -> Result<StaffId, Error> {
    actor.staff.ok_or(Error::SignIn)
}

/// What is told of a file that is larger than its door takes.
pub fn too_large(most: u64) -> Error {
    let megabytes = most >> 20;
    Error::invalid(
        "file",
        format!("文件超过 {megabytes} MB，请分成几个文件"),
        format!("the file is larger than {megabytes} MB: split it"),
    )
}

fn began() -> Error {
    Error::invalid(
        "file",
        "这个文件已经开始导入，不能再改读法",
        "this file is being taken in: how it is read cannot be changed any more",
    )
}

impl Imports {
    /// The doors that this actor may send files to: word, Chinese, English.
    pub fn doors(&self, actor: &Actor) -> Later<Vec<(&'static str, (&'static str, &'static str))>> {
        let actor = actor.clone();
        self.read(move |own, rd| {
            let office = own.city.office(rd)?;
            let may = own.gates.iter().filter(|g| g.may(&actor, &office).is_ok());
            Ok(may.map(|g| (g.word(), g.said())).collect())
        })
    }

    /// The door of this word, if this actor may send files to it. Not for asynchronous code.
    ///
    /// # Errors
    /// `NotFound`: no such door. Not for this actor.
    pub fn door_for(&self, actor: &Actor, word: &str) -> Result<std::sync::Arc<dyn Gate>, Error> {
        let gate = self.gate(word).ok_or(Error::NotFound)?;
        gate.may(actor, &*self.city.office_now().wait()?)?;
        Ok(gate)
    }

    /// Keeps a file that has arrived and looks for the template it was made by; answers its id. Nothing of it is
    /// written anywhere. Not for asynchronous code.
    ///
    /// # Errors
    /// Not for this actor, too many files, refused by the scan, or not a table.
    pub fn bring(&self, actor: &Actor, door: &str, name: &str, came: Arriving) -> Result<i64, Error> {
        let (gate, staff) = (self.door_for(actor, door)?, who(actor)?);
        if came.size() == 0 {
            return Err(Error::invalid(
                "file",
                "文件是空的，请重新选择",
                "the file is empty: choose another",
            ));
        }
        if came.size() > gate.most() {
            return Err(too_large(gate.most()));
        }
        let mine = self.city.store().read(|rd| brought::of_staff(rd, staff, FILES_MAX))?;
        if mine.len() >= FILES_MAX as usize {
            // The oldest that is over makes room.
            match mine.iter().rev().find(|b| b.state != State::Running) {
                Some(oldest) => self.remove(oldest)?,
                None => return Err(Error::Store(store::StoreError::Busy)),
            }
        }
        let size = i64::try_from(came.size()).unwrap_or(i64::MAX);
        let name: String = name.chars().filter(|c| !c.is_control()).take(120).collect();
        let hash = self.city.keep_arrived(came)?;
        let door = door.to_owned();
        let id = self.city.store().write(move |tx| brought::put(tx, &door, staff, (&name, &hash, size)))?;
        let b = self.mine(actor, id)?;
        let settled = self.recognise(actor, &*gate, &b).and_then(|(how, total)| self.settle(&b, &how, total));
        if let Err(e) = settled {
            // What is no table at all does not stay.
            self.remove(&b)?;
            return Err(e);
        }
        Ok(id)
    }

    fn mine(&self, actor: &Actor, id: i64) -> Result<Brought, Error> {
        let staff = who(actor)?;
        self.city.store().read(|rd| brought::get(rd, id, staff))?.ok_or(Error::NotFound)
    }

    pub(crate) fn open(&self, b: &Brought) -> Result<File, Error> {
        Ok(self.city.blobs().open(&b.hash)?)
    }

    fn look(&self, actor: &Actor, gate: &dyn Gate, b: &Brought, how: &How) -> Result<Preview, Error> {
        struct Place<'a>(&'a Imports);
        impl Drop for Place<'_> {
            fn drop(&mut self) {
                self.0.looking.fetch_sub(1, Ordering::SeqCst);
            }
        }
        let place = Place(self);
        if self.looking.fetch_add(1, Ordering::SeqCst) >= LOOKS_MAX {
            return Err(Error::Store(store::StoreError::Busy));
        }
        let seen = gate.look(actor, self.open(b)?, how);
        drop(place);
        seen
    }

    /// How a file that came just now is read: as its names say, or as the template of its columns.
    fn recognise(&self, actor: &Actor, gate: &dyn Gate, b: &Brought) -> Result<(How, u64), Error> {
        let plain = How::default();
        let seen = self.look(actor, gate, b, &plain)?;
        let heads = template::heads(&seen);
        let word = gate.word().to_owned();
        let all = self.city.store().read(move |rd| brought::templates(rd, &word, template::TEMPLATES_MAX))?;
        let fits = all.iter().find(|t| template::fits(t, &heads));
        if let Some((t, mut how)) = fits.and_then(|t| Some((t, template::how_of(t)?))) {
            how.template = Some(t.name.clone());
            if let Ok(seen) = self.look(actor, gate, b, &how) {
                return Ok((how, seen.rows));
            }
        }
        Ok((plain, seen.rows))
    }

    fn settle(&self, b: &Brought, how: &How, total: u64) -> Result<(), Error> {
        let asked = serde_json::to_string(how).map_err(Error::bug)?;
        let (id, total) = (b.id, i64::try_from(total).unwrap_or(i64::MAX));
        match self.city.store().write(move |tx| brought::ask(tx, id, &asked, total))? {
            true => Ok(()),
            false => Err(began()),
        }
    }

    /// The files that this actor brought, newest first.
    pub fn list(&self, actor: &Actor) -> Later<Vec<Brought>> {
        let staff = who(actor);
        self.read(move |_, rd| Ok(brought::of_staff(rd, staff?, FILES_MAX)?))
    }

    /// A file as it stands now. Not for asynchronous code.
    ///
    /// # Errors
    /// `NotFound`, also for what another person brought.
    pub fn view(&self, actor: &Actor, id: i64) -> Result<View, Error> {
        let b = self.mine(actor, id)?;
        let gate = self.door_for(actor, &b.door)?;
        let how = template::how(&b);
        let preview = match b.state {
            State::Waiting | State::Failed => Some(self.look(actor, &*gate, &b, &how)?),
            State::Running | State::Done => None,
        };
        Ok(View { brought: b, how, preview })
    }

    /// A file as it stands. Not for asynchronous code.
    ///
    /// # Errors
    /// `NotFound`, also for what another person brought.
    pub fn stands(&self, actor: &Actor, id: i64) -> Result<Brought, Error> {
        self.mine(actor, id)
    }

    /// How a file is read as things stand. Not for asynchronous code.
    ///
    /// # Errors
    /// `NotFound`, also for what another person brought.
    pub fn how(&self, actor: &Actor, id: i64) -> Result<How, Error> {
        Ok(template::how(&self.mine(actor, id)?))
    }

    /// The templates of a door, for those who may send files to it: id and name.
    pub fn templates(&self, actor: &Actor, door: &str) -> Later<Vec<(i64, String)>> {
        let (actor, door) = (actor.clone(), door.to_owned());
        self.read(move |own, rd| {
            let gate = own.gate(&door).ok_or(Error::NotFound)?;
            gate.may(&actor, &*own.city.office(rd)?)?;
            let all = brought::templates(rd, &door, template::TEMPLATES_MAX)?;
            Ok(all.into_iter().map(|t| (t.id, t.name)).collect())
        })
    }

    /// How a template of this name reads files of a door. Not for asynchronous code.
    ///
    /// # Errors
    /// `NotFound`: no such door. Not for this actor.
    pub fn template(&self, actor: &Actor, door: &str, name: &str) -> Result<Option<How>, Error> {
        self.door_for(actor, door)?;
        let door = door.to_owned();
        let all = self.city.store().read(move |rd| brought::templates(rd, &door, template::TEMPLATES_MAX))?;
        Ok(all.iter().find(|t| t.name == name.trim()).and_then(template::how_of))
    }

    /// Says how a file is to be read; looked at anew. Not for asynchronous code.
    ///
    /// # Errors
    /// `Invalid`: it cannot be read so; nothing was changed. `NotFound`.
    pub fn ask(&self, actor: &Actor, id: i64, how: &How) -> Result<Preview, Error> {
        let b = self.mine(actor, id)?;
        if !matches!(b.state, State::Waiting | State::Failed) {
            return Err(began());
        }
        let gate = self.door_for(actor, &b.door)?;
        let seen = self.look(actor, &*gate, &b, how)?;
        self.settle(&b, how, seen.rows)?;
        Ok(seen)
    }

    /// It is to be taken in; a worker does it. Not for asynchronous code.
    ///
    /// # Errors
    /// `Invalid`: it cannot be taken in as it is, or it has begun. `NotFound`.
    pub fn begin(&self, actor: &Actor, id: i64, how: &How) -> Result<(), Error> {
        let seen = self.ask(actor, id, how)?;
        if let Some(said) = seen.trouble {
            return Err(Error::Invalid { field: "file".to_owned(), said });
        }
        match self.city.store().write(move |tx| brought::begin(tx, id))? {
            true => Ok(()),
            false => Err(began()),
        }
    }

    /// Forgets a file with everything that was kept of it; what was taken in stays. Not for asynchronous code.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` while it is being taken in.
    pub fn forget(&self, actor: &Actor, id: i64) -> Result<(), Error> {
        let b = self.mine(actor, id)?;
        if b.state == State::Running {
            return Err(Error::invalid(
                "file",
                "正在导入，完成后才能移除",
                "it is being taken in: it can be removed when that is over",
            ));
        }
        self.remove(&b)
    }

    pub(crate) fn remove(&self, b: &Brought) -> Result<(), Error> {
        let b = b.clone();
        let free = self.city.store().write(move |tx| brought::forget(tx, &b))?;
        for hash in free {
            self.city.blobs().remove_old(&hash, std::time::Duration::ZERO);
        }
        Ok(())
    }

    /// The file of rows that were not taken: its name and its bytes. Not for asynchronous code.
    ///
    /// # Errors
    /// `NotFound`: there is none.
    pub fn aside(&self, actor: &Actor, id: i64) -> Result<(String, Vec<u8>), Error> {
        let b = self.mine(actor, id)?;
        if b.aside.is_empty() {
            return Err(Error::NotFound);
        }
        let bytes = self.city.blobs().get(&b.aside)?;
        let book = bytes.starts_with(b"PK");
        Ok((format!("set-aside-{id}.{}", if book { "xlsx" } else { "csv" }), bytes))
    }

    /// Keeps how a file is read under a name, for the next file with the same columns. Not for asynchronous code.
    ///
    /// # Errors
    /// `Invalid` on field `template`: no name, or too long.
    pub fn keep_template(&self, actor: &Actor, id: i64, name: &str, how: &How) -> Result<(), Error> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME_MAX {
            return Err(Error::invalid(
                "template",
                format!("请给模板起个名字，如“县信访局月报”，不超过 {NAME_MAX} 字"),
                format!("give the template a name of at most {NAME_MAX} characters"),
            ));
        }
        let seen = self.ask(actor, id, how)?;
        let (b, staff) = (self.mine(actor, id)?, who(actor)?);
        let mut kept = how.clone();
        (kept.template, kept.asked.sheet) = (None, None);
        let t = Template {
            id: 0,
            door: b.door.clone(),
            name: name.to_owned(),
            heads: serde_json::to_string(&template::heads(&seen)).map_err(Error::bug)?,
            asked: serde_json::to_string(&kept).map_err(Error::bug)?,
        };
        self.city.store().write(move |tx| brought::put_template(tx, &t, staff))?;
        let how = How { template: Some(name.to_owned()), ..how.clone() };
        self.settle(&b, &how, seen.rows)
    }

    /// Forgets a template of a door that this actor may send files to. Not for asynchronous code.
    ///
    /// # Errors
    /// Not for this actor.
    pub fn forget_template(&self, actor: &Actor, door: &str, id: i64) -> Result<(), Error> {
        self.door_for(actor, door)?;
        let door = door.to_owned();
        Ok(self.city.store().write(move |tx| brought::forget_template(tx, &door, id))?)
    }
}
