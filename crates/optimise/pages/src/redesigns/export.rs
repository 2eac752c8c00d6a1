//! 下载: the five reductions as a spreadsheet, the pictures, the model, the report for Word.

use axum::extract::{Path, State};
use axum::response::Response;
use city::Error;
use optimise_acts::RedesignView;
use paper::sheet::{Column, Kind, Table, Value, write_xlsx};
use web_kit::{DOCX, OFD, Oops, XLSX, blocking, download};

use crate::redesigns::report::Report;
use crate::redesigns::report_word::document;
use crate::redesigns::view::{Plan, lane_words};
use crate::{Desk, Kit, Page};

const SVG: &str = "image/svg+xml";

fn columns(p: &Page) -> Vec<Column> {
    let t = p.t.process;
    let text = |name: &str, width| Column { name: name.to_owned(), kind: Kind::Text, width };
    let number = |name: &str| Column { name: name.to_owned(), kind: Kind::Number, width: 12.0 };
    vec![
        text(t.situation, 24.0),
        text(t.share, 8.0),
        text(t.th_figure, 20.0),
        number(t.before),
        number(t.after),
        text(t.th_cut, 10.0),
        text(t.th_rule, 60.0),
    ]
}

fn lines(p: &Page, plan: &Plan) -> Vec<Vec<Value>> {
    let text = |s: &str| Value::Text(s.to_owned());
    let all = (p.t.process.weighted.to_owned(), "100%".to_owned(), &plan.rows);
    let each = plan.situations.iter().map(|s| (s.name.clone(), s.share.clone(), &s.rows));
    std::iter::once(all)
        .chain(each)
        .flat_map(|(name, share, rows)| {
            rows.iter().map(move |r| {
                vec![
                    text(&name),
                    text(&share),
                    text(r.name),
                    Value::Number(r.before),
                    Value::Number(r.after),
                    text(&r.cut()),
                    text(r.rule),
                ]
            })
        })
        .collect()
}

pub(crate) async fn view(kit: &Kit, desk: &Desk, number: String) -> Result<RedesignView, Oops> {
    let (acts, actor) = (kit.acts.clone(), desk.actor());
    Ok(blocking(move || acts.redesigns.redesign(&actor, &number)).await?)
}

/// `GET /desk/redesigns/{number}/{file}`
pub(crate) async fn file(
    State(kit): State<Kit>,
    desk: Desk,
    Path((number, file)): Path<(String, String)>,
) -> Result<Response, Oops> {
    let v = view(&kit, &desk, number).await?;
    let p = desk.page.clone();
    let (kind, bytes) = match file.as_str() {
        "plan.svg" => (SVG, v.redesign.lanes_svg(&lane_words(p.t)).into_bytes()),
        "reductions.svg" => (SVG, v.redesign.reductions_svg().into_bytes()),
        "model.json" => ("application/json", v.proposal.model.clone().into_bytes()),
        "reductions.xlsx" => {
            let office = kit.city.office_now().await?;
            let plan = Plan::of(&p, &office.rules.calendar, &v.model, &v.redesign);
            let title = p.t.process.xlsx_title.replace("{name}", &v.proposal.title);
            let title = title.replace("{day}", &p.now.date().to_string());
            let table = Table { sheet: p.t.process.figures.to_owned(), title, columns: columns(&p) };
            let rows = lines(&p, &plan);
            (XLSX, blocking(move || write_xlsx(&table, rows).map_err(Error::bug)).await?)
        }
        "report.docx" => {
            let office = kit.city.office_now().await?;
            let paper = document(&Report::of(p, &office, &v));
            (DOCX, blocking(move || paper::word::write(&paper).map_err(Error::bug)).await?)
        }
        "report.pdf" | "report.ofd" => {
            let office = kit.city.office_now().await?;
            let paper = document(&Report::of(p, &office, &v));
            let ofd = file == "report.ofd";
            let write = if ofd { paper::ofd::write } else { paper::pdf::write };
            let bytes = blocking(move || {
                let fonts = paper::pdf::Fonts::of_this_machine().map_err(|e| Error::told("fonts", e))?;
                write(&paper, fonts).map_err(|e| Error::told("fonts", &e))
            });
            (if ofd { OFD } else { "application/pdf" }, bytes.await?)
        }
        _ => return Err(Oops(Error::NotFound)),
    };
    Ok(download(kind, &format!("{}-{file}", v.number), bytes))
}
