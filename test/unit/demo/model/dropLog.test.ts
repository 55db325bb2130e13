import assert from "node:assert/strict";
import { dropLogExcerpt, policyDrops } from "../../../../components/demo/model/dropLog";

const DATABASE = "10.60.1.5";
const SENDERS = [
  { client: "cluster1/default/stranger", ip: "10.60.0.7" },
  { client: "cluster2/istio-space/stranger", ip: "10.70.0.9" },
];

/** A line of `cilium-dbg monitor --type drop` (Cilium 1.20). */
const drop = (from: string, to: string, reason = "Policy denied") =>
  `xx drop (${reason}) flow 0x3c5cd9e8 to endpoint 1234, ifindex 12, file bpf_lxc.c:2158, , identity 6683453->6587186: ${from} -> ${to} tcp SYN`;

const db = `${DATABASE}:6379`;

describe("model: policyDrops", () => {
  it("are the lines of the pings that were kept out, with who sent them", () => {
    const [stranger, remote] = [drop("10.60.0.7:40001", db), drop("10.70.0.9:40001", db)];
    assert.deepEqual(policyDrops([remote, stranger], SENDERS, DATABASE), [
      `cluster2/istio-space/stranger: ${remote}`,
      `cluster1/default/stranger: ${stranger}`,
    ]);
  });

  it("are one line for each connection, however often TCP tries", () => {
    const [first, again, second] = [
      drop("10.60.0.7:1", db),
      `${drop("10.60.0.7:1", db)} again`,
      drop("10.60.0.7:2", db),
    ];
    assert.deepEqual(policyDrops([first, again, second, again], SENDERS, DATABASE), [
      `cluster1/default/stranger: ${first}`,
      `cluster1/default/stranger: ${second}`,
    ]);
  });

  it("are nobody else's, nothing else's, and for no other reason", () => {
    const others = [
      drop("10.60.0.70:40001", db),
      drop("10.60.0.7:40001", `${DATABASE}:80`),
      drop("10.60.0.7:40001", "10.60.1.50:6379"),
      drop(db, "10.60.0.7:40001"),
      drop("10.60.0.7:40001", db, "Stale or unroutable IP"),
      "xx drop (Policy denied) flow 0x0 to endpoint 0, ifindex 3, file bpf_lxc.c:1, , identity 1->2: [unknown]",
      "CPU 01: Lost 4 events",
      "",
    ];
    assert.deepEqual(policyDrops(others, SENDERS, DATABASE), []);
  });

  it("know IPv6", () => {
    const line = drop("[fd00::7]:40001", "[fd00::5]:6379");
    assert.deepEqual(policyDrops([line], [{ client: "c", ip: "fd00::7" }], "fd00::5"), [`c: ${line}`]);
  });
});

describe("model: dropLogExcerpt", () => {
  const noise = Array.from({ length: 100 }, (_, n) => drop(`10.60.9.9:${String(n + 1)}`, "10.60.9.8:80"));

  it("is what goes to the database or comes from it, whatever the reason", () => {
    const about = [drop("10.60.0.7:1", db, "Stale or unroutable IP"), drop(db, "10.60.0.7:1")];
    assert.equal(dropLogExcerpt([...noise, ...about, ...noise], DATABASE), about.join("\n"));
  });

  it("is the last of all else where nothing does, and says so", () => {
    const text = dropLogExcerpt(noise, DATABASE).split("\n");
    assert.equal(text[0], "no drop of what goes to or comes from protected-db; the last of the others:");
    assert.deepEqual(text.slice(1), noise.slice(-40));
    assert.equal(dropLogExcerpt([], undefined), "no drop of what goes to or comes from protected-db");
  });
});
