// Every browser test, one after the other, those of the loop on both databases; goes on after one that fails, and ends
// with 1 when any did.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startPostgres } from "./postgres.mjs";

const ROOMS = ["run.mjs", "office.mjs", "reading.mjs", "walk.mjs", "redesign.mjs", "log.mjs", "supervise.mjs", "pages.mjs", "clicks.mjs"];

// `import.meta.dirname` would ask for Node 20.11; Debian 12 has 18.
const here = fileURLToPath(new URL(".", import.meta.url));
const postgres = process.env.BANCHENG_DATABASE_URL ? undefined : await startPostgres();
const env = { BANCHENG_DATABASE_URL: postgres?.url, ...process.env };
const failed = ROOMS.filter((room) => {
  console.log(`── ${room}`);
  return spawnSync(process.execPath, [room], { cwd: here, stdio: "inherit", env }).status !== 0;
});
postgres?.stop();
if (failed.length > 0) {
  console.error(`没有通过 / failed: ${failed.join(", ")}`);
  process.exit(1);
}
