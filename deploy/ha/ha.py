#!/usr/bin/env python3
"""高可用演练: a city on three PostgreSQL (Patroni, etcd), two `serve`, two `worker` and HAProxy, on one machine; broken again and again
under load, then counted: what was acknowledged and is not there (lost), what is there twice (doubled), how long nobody could write.

    sudo python3 ha.py run --bin PATH/bancheng --kills 100 --cuts 20
    sudo python3 ha.py up  --bin PATH/bancheng          # only brings it up, until Ctrl-C

Needs, from Debian: postgresql patroni etcd-server haproxy iproute2. As root each machine is a network namespace of its own and a cut
takes its cable out of the bridge. With --plain all are addresses of the loopback, and instead of a cut all processes of a machine stand
still (SIGSTOP): that is not the same, and the summary says so.
"""

import argparse
import glob
import http.client
import json
import os
import random
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
DBS, APPS = ["db1", "db2", "db3"], ["app1", "app2"]
MARK = "BANCHENG_HA"


def say(text):
    print(time.strftime("%H:%M:%S ") + text, flush=True)


def sh(*args, check=True):
    return subprocess.run(args, check=check, capture_output=True, text=True).stdout


def get(address, port, path, timeout=2.0, headers=None, body=None, method=None):
    line = http.client.HTTPConnection(address, port, timeout=timeout)
    try:
        line.request(method or ("POST" if body is not None else "GET"), path, body=body, headers=headers or {})
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


class Machines:
    """Machines with their addresses and what runs on them."""

    def __init__(self, args):
        self.args, self.run = args, secrets.token_hex(4)
        self.net = "127.0.88" if args.plain else "10.88.0"
        names = DBS + APPS + ["lb"]
        self.address = {n: f"{self.net}.{i + 11}" for i, n in enumerate(names)}
        self.dir = args.dir or tempfile.mkdtemp(prefix="bancheng-ha-")
        os.makedirs(self.dir, exist_ok=True)
        os.chmod(self.dir, 0o755)
        self.password = secrets.token_hex(12)
        self.logs, self.wired = {}, False

    # the network

    def wire(self):
        if self.args.plain:
            return
        sh("ip", "link", "add", "bcha0", "type", "bridge")
        self.wired = True
        sh("ip", "addr", "add", f"{self.net}.1/24", "dev", "bcha0")
        sh("ip", "link", "set", "bcha0", "up")
        for name, address in self.address.items():
            ns = f"bcha-{name}"
            sh("ip", "netns", "add", ns)
            sh("ip", "link", "add", f"bcha-{name}", "type", "veth", "peer", "name", "eth0", "netns", ns)
            sh("ip", "-n", ns, "addr", "add", f"{address}/24", "dev", "eth0")
            sh("ip", "-n", ns, "link", "set", "lo", "up")
            sh("ip", "-n", ns, "link", "set", "eth0", "up")
            sh("ip", "link", "set", f"bcha-{name}", "master", "bcha0", "up")

    def unwire(self):
        if not self.wired:
            return
        for name in self.address:
            sh("ip", "netns", "del", f"bcha-{name}", check=False)
            sh("ip", "link", "del", f"bcha-{name}", check=False)
        sh("ip", "link", "del", "bcha0", check=False)

    def cut(self, name):
        if self.args.plain:
            for pid in self.pids(name):
                self.kill(pid, signal.SIGSTOP)
        else:
            sh("ip", "link", "set", f"bcha-{name}", "nomaster")

    def join(self, name):
        if self.args.plain:
            for pid in self.pids(name):
                self.kill(pid, signal.SIGCONT)
        else:
            sh("ip", "link", "set", f"bcha-{name}", "master", "bcha0")

    # processes: each carries the mark of this run and its machine, and only such are ever ended

    def start(self, name, what, command, user=None, env=None):
        prefix = [] if self.args.plain else ["ip", "netns", "exec", f"bcha-{name}"]
        if user and os.geteuid() == 0:
            prefix += ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        log = open(f"{self.dir}/{name}-{what}.log", "ab")
        return subprocess.Popen(
            prefix + command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, **(env or {}), MARK: f"{self.run}/{name}/{what}"},
        )

    def pids(self, name, what=""):
        found, mark = [], f"{MARK}={self.run}/{name}/{what}".encode()
        for path in glob.glob("/proc/[0-9]*/environ"):
            try:
                with open(path, "rb") as f:
                    if any(e.startswith(mark) for e in f.read().split(b"\0")):
                        found.append(int(path.split("/")[2]))
            except OSError:
                pass
        return found

    @staticmethod
    def kill(pid, how=signal.SIGKILL):
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            pass

    def crash(self, name, what=""):
        # What is begun while we look is found the second time.
        for _ in range(3):
            for pid in self.pids(name, what):
                self.kill(pid)
        for child in list(self.children(name, what)):
            child.wait()

    def children(self, name, what):
        return [p for (n, w), p in self.logs.items() if n == name and w.startswith(what)]

    def fill(self, template, to, **values):
        with open(f"{HERE}/{template}", encoding="utf-8") as f:
            text = f.read()
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        with open(to, "w", encoding="utf-8") as f:
            f.write(text)

    # what a city needs

    def db(self, name):
        a, home = self.address[name], f"{self.dir}/{name}"
        os.makedirs(home, exist_ok=True)
        user = "postgres" if os.geteuid() == 0 else None
        if user:
            shutil.chown(home, user, user)
            os.chmod(home, 0o700)
        bins = self.args.postgres or sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.fill(
            "patroni.yml.in",
            f"{self.dir}/{name}.yml",
            NAME=name,
            ADDRESS=a,
            ETCD=",".join(f"{self.address[n]}:2379" for n in DBS),
            DATA=f"{home}/data",
            BIN=bins,
            PASSWORD=self.password,
            NETWORK=f"{self.net}.0/24",
            SOCKETS=home,
            SHARED_BUFFERS=self.args.shared_buffers,
        )
        there = os.path.exists(f"{home}/etcd/member")
        etcd = [
            "etcd", "--name", name, "--data-dir", f"{home}/etcd",
            "--listen-peer-urls", f"http://{a}:2380", "--initial-advertise-peer-urls", f"http://{a}:2380",
            "--listen-client-urls", f"http://{a}:2379", "--advertise-client-urls", f"http://{a}:2379",
            "--initial-cluster", ",".join(f"{n}=http://{self.address[n]}:2380" for n in DBS),
            "--initial-cluster-state", "existing" if there else "new",
            "--enable-v2", "--heartbeat-interval", "200", "--election-timeout", "2000", "--log-level", "error",
        ]
        self.logs[name, "etcd"] = self.start(name, "etcd", etcd, user)
        self.logs[name, "patroni"] = self.start(name, "patroni", ["patroni", f"{self.dir}/{name}.yml"], user)

    def app(self, name):
        self.logs[name, "haproxy"] = self.start(name, "haproxy", ["haproxy", "-db", "-f", f"{self.dir}/{name}.cfg"])

    def serve(self, name):
        a = self.address[name]
        self.logs[name, "serve"] = self.start(
            name, "serve",
            [self.args.bin, "serve", "--no-worker", "--listen", f"{a}:8080", "--watch-listen", f"{a}:9180", "--proxy-hops", "1"],
            env=self.env(name),
        )

    def worker(self, name):
        self.logs[name, "worker"] = self.start(name, "worker", [self.args.bin, "worker"], env=self.env(name))

    def env(self, name):
        a = self.address[name]
        return {
            "BANCHENG_DATA_DIR": f"{self.dir}/{name}",
            "BANCHENG_DATABASE_URL": f"postgres://postgres:{self.password}@{a}:5000/postgres",
            "BANCHENG_STANDBY_URL": f"postgres://postgres:{self.password}@{a}:5001/postgres",
        }

    def leader(self):
        """Who leads, as that server itself says."""
        for name in DBS:
            try:
                if get(self.address[name], 8008, "/primary", 1.0)[0] == 200:
                    return name
            except (OSError, http.client.HTTPException):
                pass
        return None

    def whole(self):
        """Two follow the one that leads, and it is noted which of them has everything: as the leader sees it, others may lag."""
        leader = self.leader()
        if leader is None:
            return False
        try:
            members = json.loads(get(self.address[leader], 8008, "/cluster")[1])["members"]
        except (OSError, ValueError, KeyError, http.client.HTTPException):
            return False
        roles = {m["role"]: m["name"] for m in members if m.get("state") in ("running", "streaming")}
        lines = {m.get("timeline") for m in members}
        return set(roles) == {"leader", "replica", "sync_standby"} and roles["leader"] == leader and len(lines) == 1

    def healthy(self):
        return self.whole() and (time.sleep(2.5) or self.whole())

    def until(self, what, good, seconds):
        begun = time.time()
        while time.time() - begun < seconds:
            if good():
                return time.time() - begun
            time.sleep(0.3)
        raise SystemExit(f"{what}: not within {seconds} s; logs in {self.dir}")

    def up(self):
        self.wire()
        say(f"machines {self.address}, files in {self.dir}")
        for name in DBS:
            self.db(name)
        took = self.until("PostgreSQL", self.healthy, 180)
        say(f"three PostgreSQL after {took:.0f} s, {self.leader()} leads")
        servers = [f"  server {n} {self.address[n]}:5432 check port 8008" for n in DBS]
        for name in APPS:
            os.makedirs(f"{self.dir}/{name}", exist_ok=True)
            self.fill("haproxy-db.cfg.in", f"{self.dir}/{name}.cfg", ADDRESS=self.address[name], SERVERS="\n".join(servers))
            self.app(name)
        time.sleep(2)
        made = self.start("app1", "demo", [self.args.bin, "demo", "--no-serve", "--cases", "20"], env=self.env("app1"))
        if made.wait(600) != 0:
            raise SystemExit(f"no city: {self.dir}/app1-demo.log")
        # A second node gets the keys by hand, and nothing else.
        for key in ["secret.key", "seal.key", "seal.last"]:
            if os.path.exists(f"{self.dir}/app1/{key}"):
                shutil.copy(f"{self.dir}/app1/{key}", f"{self.dir}/app2/{key}")
        for name in APPS:
            self.serve(name)
            self.worker(name)
        nodes = [f"  server {n} {self.address[n]}:8080 check port 9180" for n in APPS]
        self.fill("haproxy-web.cfg.in", f"{self.dir}/lb.cfg", ADDRESS=self.address["lb"], SERVERS="\n".join(nodes))
        self.logs["lb", "haproxy"] = self.start("lb", "haproxy", ["haproxy", "-db", "-f", f"{self.dir}/lb.cfg"])

        def answers():
            try:
                return get(self.address["lb"], 8080, "/")[0] == 200
            except (OSError, http.client.HTTPException):
                return False

        self.until("the nodes", answers, 90)
        say(f"http://{self.address['lb']}:8080 answers")

    def down(self):
        for name in self.address:
            self.crash(name)
        self.unwire()

    def sql(self, text):
        name = self.leader()
        url = f"host={self.address[name]} port=5432 user=postgres dbname=postgres options='-c search_path=bancheng'"
        prefix = [] if self.args.plain else ["ip", "netns", "exec", f"bcha-{name}"]
        done = subprocess.run(
            prefix + ["psql", url, "-At", "-c", text],
            env={**os.environ, "PGPASSWORD": self.password}, capture_output=True, text=True, check=True,
        )
        return done.stdout.strip().splitlines()


class Load:
    """Clients that register cases through the balancer. A name that was not acknowledged is sent again until it is."""

    def __init__(self, machines, clients):
        self.m, self.over, self.lock = machines, False, threading.Lock()
        self.acks, self.times, self.reads, self.faults, self.next = {}, [], [], {}, 0
        self.doubled = []
        self.token = self.sign_in()
        self.threads = [threading.Thread(target=self.write, daemon=True) for _ in range(clients)]
        self.threads.append(threading.Thread(target=self.read, daemon=True))

    def ask(self, path, body=None, name=None, timeout=10.0):
        headers = {"Content-Type": "application/json"}
        if name:
            headers["Idempotency-Key"] = name
        if getattr(self, "token", None):
            headers["Authorization"] = f"Bearer {self.token}"
        text = None if body is None else json.dumps(body)
        status, answer = get(self.m.address["lb"], 8080, f"/api/v1{path}", timeout, headers, text)
        return status, answer

    def sign_in(self):
        for _ in range(30):
            try:
                status, answer = self.ask("/sessions", {"login": "approve.coordinator1", "password": "bancheng-demo"})
                if status == 201:
                    return json.loads(answer)["token"]
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(1)
        raise SystemExit("cannot sign in")

    def fault(self, what):
        with self.lock:
            self.faults[what] = self.faults.get(what, 0) + 1

    def write(self):
        while not self.over:
            with self.lock:
                self.next += 1
                name = f"n{self.next:08}"
            matter = {
                "kind": "matter", "channel": "window", "region": "9901", "title": f"第 {name} 件",
                "words": f"窗口说没有这个分类({name})", "first_asked": 1, "source_id": name,
            }
            while True:
                try:
                    status, answer = self.ask("/cases", matter, name)
                except (OSError, http.client.HTTPException) as e:
                    self.fault(type(e).__name__)
                    time.sleep(0.1)
                    continue
                if status == 201:
                    number = json.loads(answer)["number"]
                    with self.lock:
                        if name in self.acks:
                            self.doubled.append(name)
                        self.acks[name] = number
                        self.times.append(time.time())
                    break
                self.fault(str(status))
                if status not in (429, 500, 502, 503, 504, 507):
                    raise SystemExit(f"{name}: {status} {answer[:300]}")
                time.sleep(0.1)
            time.sleep(self.m.args.pause)

    def read(self):
        while not self.over:
            try:
                if self.ask("/cases?limit=1", timeout=5.0)[0] == 200:
                    self.reads.append(time.time())
                else:
                    self.fault("read")
            except (OSError, http.client.HTTPException):
                self.fault("read")
            time.sleep(0.1)

    def start(self):
        for t in self.threads:
            t.start()

    def stop(self):
        self.over = True
        for t in self.threads:
            t.join(120)

    @staticmethod
    def gap(times, since):
        """The longest time without an answer since then; what came last before it counts."""
        last = [t for t in times[-20000:] if t >= since - 5]
        first = next((i for i, t in enumerate(last) if t >= since), len(last))
        seen = ([last[first - 1]] if first else [since]) + last[first:] + [time.time()]
        return max((b - a for a, b in zip(seen, seen[1:])), default=0.0)


def break_it(m, load, kind):
    """Breaks something, waits until the city is whole again; answers the longest times without a write and without a read."""
    leader = m.leader()
    while leader is None:
        time.sleep(0.5)
        leader = m.leader()
    begun = time.time()
    if kind == "server":
        with open(f"{m.dir}/{leader}/data/postmaster.pid", encoding="utf-8") as f:
            m.kill(int(f.readline()))
    elif kind == "machine":
        m.crash(leader)
    elif kind == "cut":
        m.cut(leader)
    elif kind == "serve":
        m.crash(random.choice(APPS), "serve")

    def written():
        return sum(1 for t in load.times[-40:] if t > begun + 0.2) >= 20 and (kind == "serve" or m.leader() not in (None, leader) or kind == "server")

    try:
        m.until(f"writes after {kind}", written, 90)
    except SystemExit as e:
        # Nobody may lead who cannot have everything: the city waits for this machine, and it is given back.
        say(str(e))
    if kind == "machine":
        m.db(leader)
    elif kind == "cut":
        # Longer than the lease, so that the old leader must find out for itself.
        time.sleep(max(0.0, begun + random.uniform(22, 30) - time.time()))
        m.join(leader)
    elif kind == "serve":
        for name in APPS:
            if not m.pids(name, "serve"):
                m.serve(name)
    m.until(f"all servers after {kind}", m.healthy, 240)
    time.sleep(0.5)
    for name in APPS:
        if not m.pids(name, "worker"):
            say(f"the worker of {name} has ended; started again")
            m.worker(name)
    return leader, load.gap(load.times, begun), load.gap(load.reads, begun)


def verify(m, load):
    rows = m.sql("SELECT number || '|' || title FROM case_file WHERE title LIKE '第 n% 件'")
    there = {}
    for row in rows:
        number, title = row.split("|")
        there.setdefault(title.split()[1], []).append(number)
    lost = [n for n, number in load.acks.items() if number not in there.get(n, [])]
    doubled = [n for n, numbers in there.items() if len(numbers) > 1] + load.doubled
    proof = subprocess.run(
        ([] if m.args.plain else ["ip", "netns", "exec", "bcha-app1"]) + [m.args.bin, "ledger", "verify"],
        env={**os.environ, **m.env("app1")}, capture_output=True, text=True,
    )
    return lost, doubled, proof


def told(values):
    if not values:
        return "–"
    return f"median {statistics.median(values):.1f} s, longest {max(values):.1f} s, of {len(values)}"


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("what", choices=["run", "up"])
    p.add_argument("--bin", required=True, help="the program")
    p.add_argument("--dir", help="where to keep everything; a new directory when not given")
    p.add_argument("--postgres", help="bin directory of PostgreSQL")
    p.add_argument("--shared-buffers", default="128MB")
    p.add_argument("--kills", type=int, default=20, help="leaders killed; every fourth with its whole machine")
    p.add_argument("--cuts", type=int, default=5, help="leaders cut off the network")
    p.add_argument("--serve-kills", type=int, default=5, help="nodes killed in the middle of requests")
    p.add_argument("--clients", type=int, default=6)
    p.add_argument("--pause", type=float, default=0.05, help="seconds a client rests after each case")
    p.add_argument("--minutes", type=float, default=1e9, help="break nothing more after so long")
    p.add_argument("--plain", action="store_true", help="without network namespaces")
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args()
    random.seed(args.seed)
    args.bin = os.path.abspath(args.bin)
    m = Machines(args)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        m.up()
        if args.what == "up":
            signal.pause()
        load = Load(m, args.clients)
        load.start()
        time.sleep(5)
        plan = [("machine" if i % 4 == 3 else "server") for i in range(args.kills)]
        plan += ["cut"] * args.cuts + ["serve"] * args.serve_kills
        # In turn, so that a run that is broken off has seen all kinds.
        random.shuffle(plan)
        outages, unread, begun = {}, {}, time.time()
        for i, kind in enumerate(plan):
            if time.time() - begun > args.minutes * 60:
                say(f"time is over after {i} of {len(plan)}")
                break
            leader, write, read = break_it(m, load, kind)
            outages.setdefault(kind, []).append(write)
            unread.setdefault(kind, []).append(read)
            say(f"{i + 1}/{len(plan)} {kind} {leader} → {m.leader()}: no write for {write:.1f} s, no read for {read:.1f} s; {len(load.acks)} acknowledged")
        load.stop()
        lost, doubled, proof = verify(m, load)
        say(f"acknowledged {len(load.acks)}, lost {len(lost)} {lost[:5]}, doubled {len(doubled)} {doubled[:5]}")
        say(f"record: exit {proof.returncode} {proof.stdout.strip().splitlines()[-1:]}")
        if args.plain:
            say("plain: a 'cut' was SIGSTOP of the machine, not a cut")
        for kind, values in sorted(outages.items()):
            say(f"{kind}: without a write {told(values)}; without a read {told(unread[kind])}")
        killed = outages.get("server", []) + outages.get("machine", [])
        say(f"leaders killed: without a write {told(killed)}")
        say(f"answers that were none, sent again: {load.faults}")
        if lost or doubled or proof.returncode != 0:
            sys.exit(1)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        m.down()
        if not args.dir and args.what == "run":
            say(f"logs stay in {m.dir}")


if __name__ == "__main__":
    main()
