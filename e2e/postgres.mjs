// A PostgreSQL for the round, made from the installed binaries and thrown away at its end.
import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const binaries = () => {
  const asked = spawnSync("pg_config", ["--bindir"], { encoding: "utf8" }).stdout?.trim();
  const base = "/usr/lib/postgresql";
  const found = existsSync(base) ? readdirSync(base).map((v) => join(base, v, "bin")).sort().reverse() : [];
  return [asked, ...found].find((d) => d && existsSync(join(d, "initdb")) && existsSync(join(d, "pg_ctl")));
};

/** initdb refuses to run as root. */
function someoneElse() {
  if (process.getuid() !== 0) return {};
  const users = readFileSync("/etc/passwd", "utf8").split("\n").map((l) => l.split(":"));
  const user = users.find((u) => u[0] === "postgres") ?? users.find((u) => u[0] === "nobody");
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

const freePort = () =>
  new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });

/** Answers its address and how to end it; throws when it is not installed. */
export async function startPostgres() {
  const bin = binaries();
  if (!bin) throw new Error("找不到 PostgreSQL(apt install postgresql) / PostgreSQL was not found");
  const who = someoneElse();
  const dir = mkdtempSync(join(tmpdir(), "bancheng-e2e-pg-"));
  if (who.uid !== undefined) chownSync(dir, who.uid, who.gid);
  const data = join(dir, "db");
  const port = await freePort();
  const run = (program, args) => {
    // What the server inherits must not be a pipe: it would keep this process waiting.
    const done = spawnSync(join(bin, program), args, { ...who, cwd: "/", stdio: "ignore" });
    if (done.status !== 0) throw new Error(`${program}: ${done.status}`);
  };
  run("initdb", ["-U", "bancheng", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D", data]);
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=100`;
  run("pg_ctl", ["-w", "-t", "60", "-l", join(dir, "log"), "-o", settings, "-D", data, "start"]);
  const stop = () => {
    run("pg_ctl", ["-m", "immediate", "-D", data, "stop"]);
    rmSync(dir, { recursive: true, force: true });
  };
  return { url: `postgres://bancheng@127.0.0.1:${port}/postgres`, stop };
}
