//! OCEL 2.0 in SQLite: one table of events and one of objects, their relations, and a table for each type.
//!
//! The bytes are opened in memory, read only, with triggers, views and virtual tables of the file switched off, and
//! checked before anything is read. A time without a zone is UTC, as the writers of this format mean it.

use std::collections::{BTreeMap, HashMap, HashSet};

use eventlog::error::{Error, Limits, ProblemKind, Report};
use eventlog::ocel::{Declared, Event, Object, Ocel, Related, Type, Valued};
use eventlog::when::{read_time, write_time};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use serde_json::Value;

use crate::FileError;

const NAME: &str = "OCEL SQLite";

fn damaged(e: impl std::fmt::Display) -> FileError {
    FileError::Damaged { what: NAME, why: e.to_string() }
}

/// Columns that a table of a type has besides attributes.
const OWN: [&str; 3] = ["ocel_id", "ocel_time", "ocel_changed_field"];

/// Reads OCEL 2.0 from the bytes of an SQLite file.
///
/// # Errors
/// No such file, damaged, or larger than the limits.
pub fn read_ocel_sqlite(bytes: &[u8], limits: &Limits) -> Result<(Ocel, Report), FileError> {
    let most = limits.bytes.min(1 << 30);
    if bytes.len() as u64 > most {
        return Err(Error::TooLarge { what: "字节 / bytes", limit: most }.into());
    }
    let db = open(bytes, i32::try_from(limits.token).unwrap_or(i32::MAX))?;
    let mut reader = Reader { db: &db, limits, text: 0, report: Report::default() };
    let ocel = reader.read()?;
    let mut report = reader.report;
    (report.bytes, report.complete) = (bytes.len() as u64, true);
    let known: HashSet<&str> = ocel.objects.iter().map(|o| o.id.as_str()).collect();
    let of_objects = ocel.objects.iter().flat_map(|o| &o.relationships);
    for r in ocel.events.iter().flat_map(|e| &e.relationships).chain(of_objects) {
        if !known.contains(r.object_id.as_str()) {
            report.add(ProblemKind::Reference, &r.object_id, 0, 0);
        }
    }
    Ok((ocel, report))
}

fn open(bytes: &[u8], most_cell: i32) -> Result<Connection, FileError> {
    if !bytes.starts_with(b"SQLite format 3\0") {
        return Err(Error::NotThis { what: " SQLite", line: 1 }.into());
    }
    if bytes.len() < 512 {
        return Err(damaged("< 512 bytes"));
    }
    let mut bytes = bytes.to_vec();
    // A file left in write-ahead mode reads the same without its log, which was not given.
    bytes[18..20].fill(1);
    let mut db = Connection::open_in_memory().map_err(damaged)?;
    for (what, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
    ] {
        db.set_db_config(what, on).map_err(damaged)?;
    }
    // No cell of a file within the bounds is longer; expressions of the file are never computed.
    db.set_limit(Limit::SQLITE_LIMIT_LENGTH, most_cell).map_err(damaged)?;
    db.deserialize_read_exact("main", bytes.as_slice(), bytes.len(), true).map_err(damaged)?;
    db.pragma_update(None, "cell_size_check", true).map_err(damaged)?;
    db.pragma_update(None, "ignore_check_constraints", true).map_err(damaged)?;
    let said: String = db.query_row("PRAGMA quick_check(1)", [], |r| r.get(0)).map_err(damaged)?;
    if said == "ok" { Ok(db) } else { Err(damaged(said)) }
}

struct Reader<'a> {
    db: &'a Connection,
    limits: &'a Limits,
    text: usize,
    report: Report,
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Reader<'_> {
    fn read(&mut self) -> Result<Ocel, FileError> {
        // Only real tables have a root page.
        let tables: HashSet<String> = self
            .rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0", |_, r| {
                r.get::<_, String>(0).map_err(damaged)
            })?
            .into_iter()
            .collect();
        if !["event", "object", "event_object"].iter().all(|t| tables.contains(*t)) {
            return Err(Error::NotThis { what: " OCEL", line: 1 }.into());
        }
        let mut events = self.stored("event", &["ocel_id", "ocel_type"], |me, r| {
            Ok(Event { id: me.text(r, 0)?, kind: me.text(r, 1)?, ..Event::default() })
        })?;
        let mut objects = self.stored("object", &["ocel_id", "ocel_type"], |me, r| {
            Ok(Object { id: me.text(r, 0)?, kind: me.text(r, 1)?, ..Object::default() })
        })?;
        let event_of: HashMap<String, usize> =
            events.iter().enumerate().map(|(i, e)| (e.id.clone(), i)).collect();
        let object_of: HashMap<String, usize> =
            objects.iter().enumerate().map(|(i, o)| (o.id.clone(), i)).collect();
        let (mut event_types, mut object_types) = (Vec::new(), Vec::new());
        for (name, table) in self.types("event", &tables, events.iter().map(|e| &e.kind))? {
            let attributes = self.table(&table, &tables, |_, id, time, values| {
                let Some(e) = event_of.get(id).map(|&i| &mut events[i]) else { return false };
                e.time = time.unwrap_or_default();
                let values = values.into_iter().map(|(name, value)| Valued { name, value, time: None });
                e.attributes.extend(values);
                true
            })?;
            event_types.push(Type { name, attributes });
        }
        for (name, table) in self.types("object", &tables, objects.iter().map(|o| &o.kind))? {
            let attributes = self.table(&table, &tables, |changed, id, time, values| {
                let Some(o) = object_of.get(id).map(|&i| &mut objects[i]) else { return false };
                // A row that names a changed field states only that one.
                let values = values.into_iter().filter(|(name, _)| changed.is_none_or(|c| c == name));
                o.attributes.extend(values.map(|(name, value)| Valued {
                    name,
                    value,
                    time: Some(time.clone().unwrap_or_default()),
                }));
                true
            })?;
            object_types.push(Type { name, attributes });
        }
        self.relations("event_object", "ocel_event_id", "ocel_object_id", &event_of, |i, r| {
            events[i].relationships.push(r);
        })?;
        if tables.contains("object_object") {
            self.relations("object_object", "ocel_source_id", "ocel_target_id", &object_of, |i, r| {
                objects[i].relationships.push(r);
            })?;
        }
        for e in events.iter().filter(|e| read_time(e.time.as_bytes(), UTC_S).is_none()) {
            self.report.add(ProblemKind::BadTime, &e.time, 0, 0);
        }
        Ok(Ocel { object_types, event_types, objects, events })
    }

    /// Rows of a query, bounded in number and text.
    fn rows<T>(
        &mut self,
        sql: &str,
        mut each: impl FnMut(&mut Self, &Row<'_>) -> Result<T, FileError>,
    ) -> Result<Vec<T>, FileError> {
        let mut statement = self.db.prepare(sql).map_err(damaged)?;
        let mut rows = statement.query([]).map_err(damaged)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(damaged)? {
            if all.len() as u64 >= self.limits.events {
                return Err(Error::TooLarge { what: "行 / rows", limit: self.limits.events }.into());
            }
            all.push(each(self, row)?);
        }
        Ok(all)
    }

    /// The stored columns of a table with their types; computed ones are not among them.
    fn columns(&mut self, table: &str) -> Result<Vec<(String, String)>, FileError> {
        self.rows(&format!("PRAGMA table_info({})", quoted(table)), |me, r| {
            Ok((me.text(r, 1)?, me.text(r, 2)?.to_uppercase()))
        })
    }

    /// Rows of a table in their order. A column that the file would compute is refused.
    fn stored<T>(
        &mut self,
        table: &str,
        wanted: &[&str],
        each: impl FnMut(&mut Self, &Row<'_>) -> Result<T, FileError>,
    ) -> Result<Vec<T>, FileError> {
        let there = self.columns(table)?;
        if let Some(gone) = wanted.iter().find(|w| !there.iter().any(|c| c.0.eq_ignore_ascii_case(w))) {
            return Err(damaged(format!("{table}: {gone}")));
        }
        let names: Vec<String> = wanted.iter().map(|w| quoted(w)).collect();
        self.rows(&format!("SELECT {} FROM {} NOT INDEXED", names.join(", "), quoted(table)), each)
    }

    fn bounded(&mut self, bytes: usize) -> Result<(), FileError> {
        self.text += bytes;
        if self.text > self.limits.text {
            return Err(Error::TooLarge { what: "文字 / text", limit: self.limits.text as u64 }.into());
        }
        Ok(())
    }

    fn text(&mut self, row: &Row<'_>, i: usize) -> Result<String, FileError> {
        let value = row.get_ref(i).map_err(damaged)?;
        Ok(match self.value(value)? {
            None => String::new(),
            Some(Value::String(s)) => s,
            Some(other) => other.to_string(),
        })
    }

    fn value(&mut self, value: ValueRef<'_>) -> Result<Option<Value>, FileError> {
        Ok(match value {
            ValueRef::Null => None,
            ValueRef::Integer(i) => Some(i.into()),
            ValueRef::Real(f) => serde_json::Number::from_f64(f).map(Value::Number),
            ValueRef::Text(bytes) => {
                self.bounded(bytes.len() + 32)?;
                if std::str::from_utf8(bytes).is_err() {
                    self.report.add(ProblemKind::Encoding, "", 0, 0);
                }
                Some(String::from_utf8_lossy(bytes).into_owned().into())
            }
            ValueRef::Blob(_) => {
                self.report.add(ProblemKind::Unknown, "BLOB", 0, 0);
                None
            }
        })
    }

    /// A moment as ISO 8601 with its zone; what is none stays as it is written.
    fn time(&mut self, text: String) -> String {
        match read_time(text.as_bytes(), UTC_S) {
            Some(read) if !read.zoned => write_time(read.us),
            Some(_) if !text.contains(':') => {
                read_time(text.as_bytes(), UTC_S).map_or(text, |r| write_time(r.us))
            }
            _ => text,
        }
    }

    /// Types and the tables that hold their attributes; a type that is used and has none is there as well.
    fn types<'a>(
        &mut self,
        of: &str,
        tables: &HashSet<String>,
        used: impl Iterator<Item = &'a String>,
    ) -> Result<Vec<(String, String)>, FileError> {
        let map = format!("{of}_map_type");
        let mut all = Vec::new();
        if tables.contains(&map) {
            all = self.stored(&map, &["ocel_type", "ocel_type_map"], |me, r| {
                Ok((me.text(r, 0)?, format!("{of}_{}", me.text(r, 1)?)))
            })?;
        }
        let mut seen: HashSet<String> = all.iter().map(|t| t.0.clone()).collect();
        for kind in used {
            if seen.insert(kind.clone()) {
                all.push((kind.clone(), format!("{of}_{kind}")));
            }
        }
        Ok(all)
    }

    /// Gives the rows of a table of a type: changed field, id, time, values. Returns the declared attributes.
    fn table(
        &mut self,
        table: &str,
        tables: &HashSet<String>,
        mut each: impl FnMut(Option<&str>, &str, Option<String>, Vec<(String, Value)>) -> bool,
    ) -> Result<Vec<Declared>, FileError> {
        if !tables.contains(table) {
            return Ok(Vec::new());
        }
        let columns = self.columns(table)?;
        let at = |wanted: &str| columns.iter().position(|c| c.0.eq_ignore_ascii_case(wanted));
        let Some(id_at) = at("ocel_id") else { return Err(damaged(format!("{table}: ocel_id"))) };
        let (time_at, changed_at) = (at("ocel_time"), at("ocel_changed_field"));
        let own = |name: &str| OWN.iter().any(|o| name.eq_ignore_ascii_case(o));
        let names: Vec<&str> = columns.iter().map(|c| c.0.as_str()).collect();
        self.stored(table, &names, |me, row| {
            let id = me.text(row, id_at)?;
            let time = match time_at {
                Some(i) => Some(me.text(row, i)?).filter(|t| !t.is_empty()).map(|t| me.time(t)),
                None => None,
            };
            let changed = match changed_at {
                Some(i) => Some(me.text(row, i)?).filter(|t| !t.is_empty()),
                None => None,
            };
            let mut values = Vec::new();
            for (i, (name, _)) in columns.iter().enumerate().filter(|(_, c)| !own(&c.0)) {
                let value = row.get_ref(i).map_err(damaged)?;
                if let Some(value) = me.value(value)? {
                    me.bounded(name.len())?;
                    values.push((name.clone(), value));
                }
            }
            if !each(changed.as_deref(), &id, time, values) {
                me.report.add(ProblemKind::Reference, &id, 0, 0);
            }
            Ok(())
        })?;
        let declared = columns.into_iter().filter(|c| !own(&c.0));
        Ok(declared.map(|(name, sql)| Declared { name, kind: declared_kind(&sql).to_owned() }).collect())
    }

    fn relations(
        &mut self,
        table: &str,
        from: &str,
        to: &str,
        index: &HashMap<String, usize>,
        mut each: impl FnMut(usize, Related),
    ) -> Result<(), FileError> {
        self.stored(table, &[from, to, "ocel_qualifier"], |me, r| {
            let (id, object_id, qualifier) = (me.text(r, 0)?, me.text(r, 1)?, me.text(r, 2)?);
            match index.get(&id) {
                Some(&i) => each(i, Related { object_id, qualifier }),
                None => me.report.add(ProblemKind::Reference, &id, 0, 0),
            }
            Ok(())
        })?;
        Ok(())
    }
}

fn declared_kind(sql: &str) -> &'static str {
    match sql {
        "INTEGER" | "INT" | "BIGINT" => "integer",
        "REAL" | "FLOAT" | "DOUBLE" | "NUMERIC" => "float",
        "BOOLEAN" => "boolean",
        "TIMESTAMP" | "DATETIME" => "time",
        _ => "string",
    }
}

fn sql_type(kind: &str) -> &'static str {
    match kind {
        "integer" => "INTEGER",
        "float" => "REAL",
        "boolean" => "BOOLEAN",
        "time" => "TIMESTAMP",
        _ => "TEXT",
    }
}

/// The time of the row that states the first values of an object.
const FIRST: &str = "1970-01-01 00:00:00";

/// Writes OCEL 2.0 as an SQLite file. Times are written in UTC; a value without a time holds from the beginning.
/// Names of attributes that differ only in small and large letters get a number, as a table cannot hold both.
///
/// # Errors
/// An event or object that occurs twice, or more attributes of one type than a table has columns.
pub fn write_ocel_sqlite(ocel: &Ocel) -> Result<Vec<u8>, FileError> {
    let mut db = Connection::open_in_memory().map_err(|e| unwritable(&e))?;
    // References that lead nowhere are kept as they are.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false).map_err(|e| unwritable(&e))?;
    let done = db.transaction().and_then(|tx| {
        fill(&tx, ocel)?;
        tx.commit()
    });
    done.map_err(|e| unwritable(&e))?;
    Ok(db.serialize("main").map_err(|e| unwritable(&e))?.to_vec())
}

fn unwritable(e: &rusqlite::Error) -> FileError {
    FileError::Unwritable { what: NAME, why: e.to_string() }
}

const SCHEMA: &str = "
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES event_map_type (ocel_type));
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES object_map_type (ocel_type));
CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT,
  PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier));
CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT,
  PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier));";

fn fill(db: &Connection, ocel: &Ocel) -> rusqlite::Result<()> {
    db.execute_batch(SCHEMA)?;
    let of_events = ocel.events.iter().map(|e| (&e.kind, &e.attributes));
    let events = tables(db, "event", &ocel.event_types, of_events)?;
    let of_objects = ocel.objects.iter().map(|o| (&o.kind, &o.attributes));
    let objects = tables(db, "object", &ocel.object_types, of_objects)?;
    let mut add = db.prepare("INSERT INTO event VALUES (?1, ?2)")?;
    let mut relate = db.prepare("INSERT OR IGNORE INTO event_object VALUES (?1, ?2, ?3)")?;
    for e in &ocel.events {
        add.execute([&e.id, &e.kind])?;
        for r in &e.relationships {
            relate.execute([&e.id, &r.object_id, &r.qualifier])?;
        }
        if let Some(table) = events.get(&e.kind) {
            let values: Vec<&Valued> = e.attributes.iter().collect();
            table.insert(db, &e.id, &utc(&e.time), None, &values)?;
        }
    }
    let mut add = db.prepare("INSERT INTO object VALUES (?1, ?2)")?;
    let mut relate = db.prepare("INSERT OR IGNORE INTO object_object VALUES (?1, ?2, ?3)")?;
    for o in &ocel.objects {
        add.execute([&o.id, &o.kind])?;
        for r in &o.relationships {
            relate.execute([&o.id, &r.object_id, &r.qualifier])?;
        }
        let Some(table) = objects.get(&o.kind) else { continue };
        let (mut first, mut later): (Vec<&Valued>, Vec<&Valued>) = (Vec::new(), Vec::new());
        for v in &o.attributes {
            let beginning = v.time.as_ref().is_none_or(|t| utc(t) == FIRST);
            let again = first.iter().any(|f| f.name == v.name);
            if beginning && !again { first.push(v) } else { later.push(v) }
        }
        table.insert(db, &o.id, FIRST, None, &first)?;
        for v in later {
            let time = v.time.as_deref().map_or_else(|| FIRST.to_owned(), utc);
            table.insert(db, &o.id, &time, Some(&v.name), &[v])?;
        }
    }
    Ok(())
}

/// Seconds ahead of UTC of a time that names no zone: this format writes UTC.
const UTC_S: i32 = 0;

/// A moment as this format writes it: in UTC, without a zone; what is none stays as it is.
fn utc(text: &str) -> String {
    let read = read_time(text.as_bytes(), UTC_S);
    read.map_or_else(|| text.to_owned(), |r| write_time(r.us).replace('T', " ").replace("+00:00", ""))
}

/// The table of a type.
struct Table {
    name: String,
    /// Attribute and column.
    columns: BTreeMap<String, String>,
    object: bool,
}

/// A name that is not yet taken, whatever its letters' size.
fn free(wanted: &str, taken: &mut HashSet<String>) -> String {
    let mut name = wanted.to_owned();
    let mut n = 2;
    while !taken.insert(name.to_lowercase()) {
        name = format!("{wanted}_{n}");
        n += 1;
    }
    name
}

fn tables<'a>(
    db: &Connection,
    of: &str,
    declared: &[Type],
    used: impl Iterator<Item = (&'a String, &'a Vec<Valued>)>,
) -> rusqlite::Result<HashMap<String, Table>> {
    // Types in their order, attributes in theirs: those declared, then those only used.
    let mut types: Vec<Type> = Vec::new();
    let mut place: HashMap<String, usize> = HashMap::new();
    let mut known: HashSet<(usize, String)> = HashSet::new();
    let mut of_type = |types: &mut Vec<Type>, name: &String| {
        *place.entry(name.clone()).or_insert_with(|| {
            types.push(Type { name: name.clone(), attributes: Vec::new() });
            types.len() - 1
        })
    };
    for t in declared {
        let i = of_type(&mut types, &t.name);
        for a in &t.attributes {
            if known.insert((i, a.name.clone())) {
                types[i].attributes.push(a.clone());
            }
        }
    }
    for (kind, values) in used {
        let i = of_type(&mut types, kind);
        for v in values {
            if known.insert((i, v.name.clone())) {
                types[i]
                    .attributes
                    .push(Declared { name: v.name.clone(), kind: kind_of(&v.value).to_owned() });
            }
        }
    }
    let mut taken: HashSet<String> = ["object", "map_type"].map(str::to_owned).into();
    let mut all = HashMap::new();
    for t in types {
        let plain: String = t.name.chars().filter(|c| c.is_alphanumeric()).collect();
        let short = free(&plain, &mut taken);
        db.execute(&format!("INSERT INTO {of}_map_type VALUES (?1, ?2)"), [&t.name, &short])?;
        let mut used: HashSet<String> = OWN.map(str::to_owned).into();
        let mut columns = BTreeMap::new();
        let mut sql = String::from("ocel_id TEXT, ocel_time TIMESTAMP");
        for a in &t.attributes {
            let column = free(&a.name, &mut used);
            sql += &format!(", {} {}", quoted(&column), sql_type(&a.kind));
            columns.insert(a.name.clone(), column);
        }
        let object = of == "object";
        if object {
            sql += ", ocel_changed_field TEXT";
        }
        let table = Table { name: quoted(&format!("{of}_{short}")), columns, object };
        db.execute_batch(&format!("CREATE TABLE {} ({sql});", table.name))?;
        all.insert(t.name, table);
    }
    Ok(all)
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_i64() => "integer",
        Value::Number(_) => "float",
        _ => "string",
    }
}

impl Table {
    fn insert(
        &self,
        db: &Connection,
        id: &str,
        time: &str,
        changed: Option<&str>,
        values: &[&Valued],
    ) -> rusqlite::Result<()> {
        use rusqlite::types::Value as Sql;
        let mut names = String::from("ocel_id, ocel_time");
        let mut row = vec![Sql::Text(id.to_owned()), Sql::Text(time.to_owned())];
        if self.object {
            names += ", ocel_changed_field";
            let column = changed.and_then(|c| self.columns.get(c));
            row.push(column.map_or(Sql::Null, |c| Sql::Text(c.clone())));
        }
        let mut seen = HashSet::new();
        for v in values {
            // An attribute of an event can stand in a table only once.
            let column = self.columns.get(&v.name).filter(|_| seen.insert(&v.name));
            let twice = || rusqlite::Error::InvalidColumnName(format!("{id}: {} ×2", v.name));
            let column = column.ok_or_else(twice)?;
            names += &format!(", {}", quoted(column));
            row.push(match &v.value {
                Value::Null => Sql::Null,
                Value::Number(n) if n.is_i64() => Sql::Integer(n.as_i64().unwrap_or_default()),
                Value::Number(n) => Sql::Real(n.as_f64().unwrap_or_default()),
                Value::String(s) => Sql::Text(s.clone()),
                other => Sql::Text(other.to_string()),
            });
        }
        let marks: Vec<String> = (1..=row.len()).map(|i| format!("?{i}")).collect();
        let sql = format!("INSERT INTO {} ({names}) VALUES ({})", self.name, marks.join(", "));
        db.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(row)).map(drop)
    }
}
