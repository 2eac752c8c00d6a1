// Every browser test, one after the other; goes on after one that fails, and ends with 1 when any did.
import { spawnSync } from "node:child_process";

const ROOMS = ["run.mjs", "office.mjs", "reading.mjs", "walk.mjs", "redesign.mjs", "log.mjs", "supervise.mjs"];

const failed = ROOMS.filter((room) => {
  console.log(`── ${room}`);
  return spawnSync(process.execPath, [room], { cwd: import.meta.dirname, stdio: "inherit" }).status !== 0;
});
if (failed.length > 0) {
  console.error(`没有通过 / failed: ${failed.join(", ")}`);
  process.exit(1);
}
