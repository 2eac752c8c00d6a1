// Every browser test, those of the loop on both databases, three at a time (a round waits for its browser more than half
// of the time); goes on after one that fails. What a round said is printed when it has ended. One that failed runs once more when
// nobody else does: a browser on a busy machine is late now and then. That it needed this is said; what fails twice ends
// with 1.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { program } from "./lib.mjs";
import { startPostgres } from "./postgres.mjs";

// The longest first.
const ROOMS = ["run", "service", "company", "hall", "reading", "walk", "redesign", "log", "supervise", "office", "imports", "cells", "hotline", "first", "paper", "clicks", "pages"];
const LANES = 3;

// `import.meta.dirname` would ask for Node 20.11; Debian 12 has 18.
const here = fileURLToPath(new URL(".", import.meta.url));
const postgres = process.env.BANCHENG_DATABASE_URL ? undefined : await startPostgres();
// The model city is made once for each size that rounds begin with; a round that wants another makes it itself.
const made = mkdtempSync(join(tmpdir(), "bancheng-made-"));
const env = { BANCHENG_DATABASE_URL: postgres?.url, BANCHENG_MADE: made, ...process.env };
const make = (cases) =>
  new Promise((done) => {
    const place = ["--data-dir", join(made, String(cases))];
    const child = spawn(program(), [...place, "demo", "--no-serve", "--cases", String(cases)], { stdio: "ignore" });
    child.on("close", (code) => {
      // A city that could not be made is made by the round, which then says why.
      if (code !== 0) rmSync(join(made, String(cases)), { recursive: true, force: true });
      done();
    });
  });
await Promise.all([60, 120, 20].map(make));

/** One round to its end: whether it passed. */
const round = (room) =>
  new Promise((done) => {
    const [began, said] = [Date.now(), []];
    const child = spawn(process.execPath, [`${room}.mjs`], { cwd: here, env });
    child.stdout.on("data", (some) => said.push(some));
    child.stderr.on("data", (some) => said.push(some));
    child.on("close", (code) => {
      console.log(`── ${room} (${Math.round((Date.now() - began) / 1000)} s)`);
      process.stdout.write(Buffer.concat(said));
      done(code === 0);
    });
  });

const [waiting, failed] = [[...ROOMS], []];
const lane = async () => {
  for (let room = waiting.shift(); room; room = waiting.shift()) if (!(await round(room))) failed.push(room);
};
await Promise.all(Array.from({ length: LANES }, lane));
const late = failed.splice(0);
for (const room of late) {
  if (await round(room)) console.log(`第二次才通过 / passed only when run again: ${room}`);
  else failed.push(room);
}
postgres?.stop();
rmSync(made, { recursive: true, force: true });
if (failed.length > 0) {
  console.error(`没有通过 / failed: ${failed.join(", ")}`);
  process.exit(1);
}
