//! 件的附件: a file of a case for one reader, and the note that a list of cases left the system.

use access::{Nothing, decide, op};
use kernel::{Actor, FileRef, StreamId};
use store::files;

use crate::Cases;
use crate::doors::{as_resident, code_fits, seen};
use city::{Door as _, Error, Later, note};

impl Cases {
    /// A file of a case for one reader.
    pub fn file(&self, actor: Actor, number: String, hash: String) -> Later<(FileRef, Vec<u8>)> {
        self.read(move |app, rd| {
            let case = seen(rd, &actor, &number)?;
            let found = files::of_stream(rd, StreamId::case(case.id), &hash)?.ok_or(Error::NotFound)?;
            let file = app.file_name_for(rd, &actor, &case, &found.0)?;
            Ok((file, app.city.blobs().get_in(rd, &hash)?))
        })
    }

    /// A file of a case for the person who lodged it: of what is theirs to know.
    pub fn file_for_resident(
        &self,
        signed: Option<Actor>,
        number: String,
        code: String,
        hash: String,
    ) -> Later<(FileRef, Vec<u8>)> {
        self.read(move |app, rd| {
            if !code_fits(&app.city, rd, &number, &code)? {
                return Err(Error::NotFound);
            }
            let office = app.city.office(rd)?;
            let case = seen(rd, &Actor::resident(), &number)?;
            as_resident(signed.as_ref(), &case)?;
            let events = app.events_for_resident(rd, &office, &case)?;
            let mut all = events.into_iter().flat_map(|e| e.happened.files);
            let file = all.find(|f| f.hash == hash).ok_or(Error::NotFound)?;
            Ok((file, app.city.blobs().get_in(rd, &hash)?))
        })
    }

    /// Puts on record that a list of cases leaves the system: with which filter, how many rows.
    pub fn note_export(&self, actor: Actor, filter: String, rows: usize) -> Later<()> {
        self.write(move |_, tx| {
            let permit = decide(&actor, op::ExportCases, Nothing)?;
            let data = serde_json::json!({ "filter": filter, "rows": rows }).to_string();
            note(tx, &permit, "export_cases", &data)
        })
    }
}
