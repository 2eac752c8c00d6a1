// Office files that tests make: a workbook, a web page saved as .xls, separated text.
const CRC = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n >>> 0;
});
const crc32 = (bytes) => {
  let c = 0xffffffff;
  for (const b of bytes) c = CRC[(c ^ b) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
};

/** A zip file of parts that are not compressed. */
function zip(parts) {
  const [files, list] = [[], []];
  let at = 0;
  for (const [name, text] of parts) {
    const [path, bytes] = [Buffer.from(name), Buffer.from(text)];
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(20, 4);
    head.writeUInt32LE(crc32(bytes), 14);
    head.writeUInt32LE(bytes.length, 18);
    head.writeUInt32LE(bytes.length, 22);
    head.writeUInt16LE(path.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4);
    entry.writeUInt16LE(20, 6);
    head.copy(entry, 16, 14, 28);
    entry.writeUInt32LE(at, 42);
    files.push(head, path, bytes);
    list.push(entry, path);
    at += 30 + path.length + bytes.length;
  }
  const size = list.reduce((n, b) => n + b.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...files, ...list, end]);
}

const safe = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;");
const letter = (n) => String.fromCharCode(65 + n);

/** A workbook: names of sheets, each with its rows. */
export function xlsx(sheets) {
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const relations = "http://schemas.openxmlformats.org/package/2006/relationships";
  const cell = (v, r, c) =>
    typeof v === "number" ? `<c r="${letter(c)}${r}"><v>${v}</v></c>` : `<c r="${letter(c)}${r}" t="inlineStr"><is><t xml:space="preserve">${safe(v)}</t></is></c>`;
  const body = (rows) => rows.map((row, i) => `<row r="${i + 1}">${row.map((v, c) => cell(v, i + 1, c)).join("")}</row>`).join("");
  const type = (path, kind) => `<Override PartName="/${path}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${kind}+xml"/>`;
  return zip([
    ["[Content_Types].xml", `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${type("xl/workbook.xml", "sheet.main")}${sheets.map((_, n) => type(`xl/worksheets/sheet${n + 1}.xml`, "worksheet")).join("")}</Types>`],
    ["_rels/.rels", `${head}<Relationships xmlns="${relations}"><Relationship Id="r1" Type="${links}/officeDocument" Target="xl/workbook.xml"/></Relationships>`],
    ["xl/workbook.xml", `${head}<workbook xmlns="${main}" xmlns:r="${links}"><sheets>${sheets.map(([name], n) => `<sheet name="${safe(name)}" sheetId="${n + 1}" r:id="s${n + 1}"/>`).join("")}</sheets></workbook>`],
    ["xl/_rels/workbook.xml.rels", `${head}<Relationships xmlns="${relations}">${sheets.map((_, n) => `<Relationship Id="s${n + 1}" Type="${links}/worksheet" Target="worksheets/sheet${n + 1}.xml"/>`).join("")}</Relationships>`],
    ...sheets.map(([, rows], n) => [`xl/worksheets/sheet${n + 1}.xml`, `${head}<worksheet xmlns="${main}"><sheetData>${body(rows)}</sheetData></worksheet>`]),
  ]);
}

/** A web page with a table, as old systems export it under the name .xls; a cell `[words, n]` spans n rows. */
export function web(title, rows) {
  const cell = (v) => (Array.isArray(v) ? `<td rowspan="${v[1]}">${safe(v[0])}</td>` : `<td>${safe(v)}</td>`);
  const lines = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
  return Buffer.from(`<html><head><meta charset="utf-8"><title>${safe(title)}</title></head><body><table border="1"><tr><td colspan="4">${safe(title)}</td></tr>\n${lines}</table></body></html>`);
}

/** Separated text with a mark, as a spreadsheet saves it. */
export const csv = (rows, separator = ",") =>
  Buffer.from(`\ufeff${rows.map((row) => row.map((v) => `"${String(v).replace(/"/g, '""')}"`).join(separator)).join("\r\n")}\r\n`);
