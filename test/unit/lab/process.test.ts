import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ensureDaemon,
  endProcess,
  markedProcesses,
  runningDaemon,
  stopDaemon,
  type DaemonSpec,
} from "../../../lab/host/daemon";
import { onLoopback } from "../../../lab/host/place";
import { identify, isAlive, isSameProcess, parseStat } from "../../../lab/host/processIdentity";

const statOf = (comm: string, state: string, startTicks: number): string =>
  `42 (${comm}) ${state} ${Array.from({ length: 18 }, (_, field) => field).join(" ")} ${startTicks} 4096 1`;

describe("lab: identity of a process", () => {
  it("reads state and start time past any program name", () => {
    for (const comm of ["etcd", "a b", "x) S 1 (y", ")"]) {
      assert.deepEqual(parseStat(statOf(comm, "S", 777)), { state: "S", parent: 0, startTicks: "777" });
    }
    assert.equal(parseStat(""), undefined);
    assert.equal(parseStat("42 (etcd) S 1 2"), undefined);
  });

  it("is the same only with number, start time and boot alike", () => {
    const recorded = { pid: 42, startTicks: "777", bootId: "b" };
    assert.ok(isSameProcess(recorded, { ...recorded }));
    assert.ok(!isSameProcess(recorded, { ...recorded, pid: 43 }));
    assert.ok(!isSameProcess(recorded, { ...recorded, startTicks: "778" }));
    assert.ok(!isSameProcess(recorded, { ...recorded, bootId: "c" }));
    assert.ok(!isSameProcess(recorded, undefined));
  });

  it("is known of this process and of none with an impossible number", () => {
    const self = identify(process.pid);
    assert.equal(self?.pid, process.pid);
    assert.equal(identify(2 ** 30), undefined);
  });
});

describe("lab: daemons", () => {
  let dir = "";
  const spec = (seconds: string): DaemonSpec => ({
    name: "sleeper",
    dir,
    labDir: dir,
    place: onLoopback("127.0.0.1"),
    command: ["sleep", seconds],
  });
  const pidFile = (): string => join(dir, "sleeper.pid");

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "lab-daemon-"));
  });
  afterEach(async () => {
    await Promise.all(markedProcesses(dir).map((identity) => endProcess(identity)));
    rmSync(dir, { recursive: true });
  });

  it("are reused while they run, and started again with another command line", async () => {
    assert.equal(await ensureDaemon(spec("1000")), true);
    const first = runningDaemon(dir, "sleeper");
    assert.ok(first);
    assert.equal(await ensureDaemon(spec("1000")), false);
    assert.equal(runningDaemon(dir, "sleeper")?.pid, first.pid);
    assert.equal(await ensureDaemon(spec("2000")), true);
    assert.ok(!isAlive(first));
    await stopDaemon(dir, "sleeper");
    assert.deepEqual(markedProcesses(dir), []);
  });

  it("have what comes before done each time they start, once the former one has ended", async () => {
    const before: (number | undefined)[] = [];
    const beforeStart = (): Promise<void> => {
      before.push(runningDaemon(dir, "sleeper")?.pid);
      return Promise.resolve();
    };
    await ensureDaemon({ ...spec("1000"), beforeStart });
    await ensureDaemon({ ...spec("1000"), beforeStart });
    await ensureDaemon({ ...spec("2000"), beforeStart });
    assert.deepEqual(before, [undefined, undefined]);
  });

  it("whose number belongs to another process now are not ended", async () => {
    await ensureDaemon(spec("1000"));
    const record = runningDaemon(dir, "sleeper");
    assert.ok(record);
    writeFileSync(pidFile(), JSON.stringify({ ...record, startTicks: "1" }));
    assert.equal(runningDaemon(dir, "sleeper"), undefined);
    await stopDaemon(dir, "sleeper");
    assert.ok(isAlive(record));
  });

  it("are found by their mark when a crash has cut the pid file short", async () => {
    await ensureDaemon(spec("1000"));
    const record = runningDaemon(dir, "sleeper");
    writeFileSync(pidFile(), readFileSync(pidFile(), "utf8").slice(0, 20));
    assert.equal(runningDaemon(dir, "sleeper"), undefined);
    assert.deepEqual(
      markedProcesses(dir).map(({ pid }) => pid),
      [record?.pid],
    );
  });

  it("that cannot start say which program", async () => {
    await assert.rejects(ensureDaemon({ ...spec("1"), command: [join(dir, "no-such-program")] }), /no-such-program/);
  });
});
