import assert from "node:assert/strict";
import fc from "fast-check";
import { DEFAULT_DEMO, workloadName, type DemoSettings } from "../../../../components/demo/model/demo";
import {
  expectedPings,
  pingCommand,
  pingProblems,
  readPing,
  seenWords,
  type Phase,
  type Ping,
  type Seen,
} from "../../../../components/demo/model/demoPings";
import { lines } from "../../support/mesh/mesh";

const DEMO: DemoSettings = { ...DEFAULT_DEMO, serverCluster: "cluster1", clientCluster: "cluster2" };
const POLICY = "clustermesh-ingress-l4-policy";

const line = ({ client, path, expected }: Ping) => `${workloadName(client)} ${path} ${expected}`;

describe("model: expectedPings", () => {
  it("reach the database from everywhere before the policy", () => {
    assert.deepEqual(expectedPings(DEMO, "before").map(line), [
      "cluster1/default/employee pod IP PONG",
      "cluster1/default/stranger pod IP PONG",
      "cluster2/istio-space/employee pod IP PONG",
      "cluster2/istio-space/employee ClusterIP PONG",
      "cluster2/istio-space/stranger pod IP PONG",
      "cluster2/istio-space/stranger ClusterIP PONG",
      "cluster2/default/employee pod IP PONG",
      "cluster2/default/employee ClusterIP PONG",
    ]);
  });

  it("reach it after the policy from the listed employees alone", () => {
    assert.deepEqual(expectedPings(DEMO, "after").map(line), [
      "cluster1/default/employee pod IP PONG",
      "cluster1/default/stranger pod IP no answer",
      "cluster2/istio-space/employee pod IP PONG",
      "cluster2/istio-space/employee ClusterIP PONG",
      "cluster2/istio-space/stranger pod IP no answer",
      "cluster2/istio-space/stranger ClusterIP no answer",
      "cluster2/default/employee pod IP no answer",
      "cluster2/default/employee ClusterIP no answer",
    ]);
  });

  it("are the same clients and paths in both phases, with an employee let in and a stranger kept out in each cluster", () => {
    const names = fc.constantFrom("a", "b", "default");
    fc.assert(
      fc.property(names, names, (serverNamespace, clientNamespace) => {
        const demo = { ...DEMO, serverNamespace, clientNamespace };
        const [before, after] = [expectedPings(demo, "before"), expectedPings(demo, "after")];
        const place = ({ client, path }: Ping) => `${workloadName(client)} ${path}`;
        assert.deepEqual(before.map(place), after.map(place));
        assert.equal(new Set(after.map(place)).size, after.length);
        for (const cluster of ["cluster1", "cluster2"]) {
          const seen = after.filter(({ client }) => client.cluster === cluster);
          assert.ok(seen.some(({ client, expected }) => client.name === "employee" && expected === "PONG"));
          assert.ok(seen.every(({ client, expected }) => client.name !== "stranger" || expected === "no answer"));
          assert.ok(seen.some(({ expected }) => expected === "no answer"));
        }
      }),
    );
  });
});

describe("model: a ping", () => {
  const ended = (code: number | null, stdout = "", stderr = "") => readPing({ code, stdout, stderr });
  const terminated = (code: number) => `command terminated with exit code ${String(code)}\n`;

  it("has its limit inside the pod", () => {
    assert.deepEqual(pingCommand("10.0.0.1", 3), "timeout 3 redis-cli -h 10.0.0.1 -p 6379 ping".split(" "));
  });

  it("is answered by PONG and nothing else", () => {
    assert.deepEqual(ended(0, "PONG\n"), { kind: "pong" });
    assert.equal(ended(0, "PONG PONG\n").kind, "answer");
    assert.equal(ended(0, "").kind, "answer");
  });

  it("has no answer where the limit in the pod has ended it, whichever timeout that is", () => {
    assert.deepEqual(ended(124, "", terminated(124)), { kind: "silence" });
    assert.deepEqual(ended(143, "", `Terminated\n${terminated(143)}`), { kind: "silence" });
  });

  it("has another answer where redis or the network says something", () => {
    const noauth = "NOAUTH Authentication required.";
    assert.deepEqual(ended(0, `${noauth}\n`), { kind: "answer", text: noauth });
    const refused = "Could not connect to Redis at 10.0.0.1:6379: Connection refused";
    assert.deepEqual(ended(1, "", `${refused}\n${terminated(1)}`), { kind: "answer", text: refused });
    assert.deepEqual(ended(1, `${noauth}\n`, terminated(1)), { kind: "answer", text: noauth });
  });

  it("was not sent where kubectl did not get there, or the pod has no such program", () => {
    const missing = 'Error from server (NotFound): pods "stranger-0" not found';
    assert.deepEqual(ended(1, "", `${missing}\n`), { kind: "notPinged", reason: missing });
    assert.deepEqual(
      ended(127, "", `timeout: can't execute 'redis-cli': No such file or directory\n${terminated(127)}`),
      {
        kind: "notPinged",
        reason: "timeout: can't execute 'redis-cli': No such file or directory",
      },
    );
    assert.deepEqual(ended(null), { kind: "notPinged", reason: "kubectl exec ended with null" });
    assert.equal(ended(124, "", "error: timed out waiting for the condition\n").kind, "notPinged");
  });

  it("is silence only with a limit that has passed in the pod", () => {
    const text = fc.string({ maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), text, text, fc.boolean(), (code, stdout, said, ran) => {
        const { kind } = ended(code, stdout, ran ? `${said}\n${terminated(code)}` : said);
        assert.equal(kind === "silence", ran && (code === 124 || code === 143));
        assert.equal(kind === "pong", code === 0 && stdout.trim() === "PONG");
      }),
    );
  });
});

describe("model: pingProblems", () => {
  const EVERY: readonly Seen[] = [
    { kind: "pong" },
    { kind: "silence" },
    { kind: "answer", text: "Connection refused" },
    { kind: "notPinged", reason: "pod not found" },
  ];

  function judge(phase: Phase, client: string, path: string, seen: Seen): readonly string[] {
    const results = expectedPings(DEMO, phase)
      .filter((ping) => workloadName(ping.client) === client && ping.path === path)
      .map((ping) => ({ ping, seen }));
    assert.equal(results.length, 1);
    return lines(pingProblems(DEMO, phase, results));
  }

  it("are none where every ping came to what it must, and only there", () => {
    for (const phase of ["before", "after"] as const) {
      for (const ping of expectedPings(DEMO, phase)) {
        const right = EVERY.filter((seen) => pingProblems(DEMO, phase, [{ ping, seen }]).length === 0);
        assert.deepEqual(right.map(seenWords), [ping.expected], line(ping));
      }
    }
  });

  it("name client, path, phase, what was expected and seen, and the rule: one that the policy does not list", () => {
    assert.deepEqual(judge("after", "cluster2/istio-space/stranger", "ClusterIP", { kind: "pong" }), [
      'cluster "cluster2": protected-db pinged from cluster2/istio-space/stranger by ClusterIP after the policy: expected no answer, saw PONG; ' +
        `policy ${POLICY} does not list stranger of cluster2/istio-space, yet it got PONG`,
    ]);
  });

  it("do not take a refusal for the policy at work", () => {
    const refused: Seen = { kind: "answer", text: "Connection refused" };
    assert.deepEqual(judge("after", "cluster1/default/stranger", "pod IP", refused), [
      'cluster "cluster1": protected-db pinged from cluster1/default/stranger by pod IP after the policy: expected no answer, ' +
        `saw another answer (Connection refused); policy ${POLICY} drops what it does not list without a word, ` +
        "yet stranger of cluster1/default got one: its packets were not dropped",
    ]);
  });

  it("tell a listed client that is kept out from a mesh that does not carry", () => {
    const silence: Seen = { kind: "silence" };
    assert.deepEqual(judge("after", "cluster2/istio-space/employee", "pod IP", silence), [
      'cluster "cluster2": protected-db pinged from cluster2/istio-space/employee by pod IP after the policy: expected PONG, saw no answer; ' +
        `policy ${POLICY} lists employee of cluster2/istio-space, yet it got no answer: check the identities that the agents have of it`,
    ]);
    assert.deepEqual(judge("before", "cluster2/default/employee", "pod IP", silence), [
      'cluster "cluster2": protected-db pinged from cluster2/default/employee by pod IP before the policy: expected PONG, saw no answer; ' +
        "before the policy everybody reaches protected-db: check the mesh, the routes and other policies",
    ]);
  });

  it("do not take a ping that was not sent for one without an answer", () => {
    const [said] = judge("after", "cluster1/default/stranger", "pod IP", { kind: "notPinged", reason: "no such pod" });
    assert.match(said ?? "", /expected no answer, saw not pinged \(no such pod\); nothing is proved by a ping/);
  });

  it("stay a line each, whatever the database answers", () => {
    for (const text of ["a\nb", "\u001b[31mred", "\u2028"]) {
      const [said] = judge("before", "cluster1/default/stranger", "pod IP", { kind: "answer", text });
      assert.match(said ?? "", /^[^\p{Cc}\p{Zl}\p{Zp}]+check what answers there$/u);
    }
  });
});
