import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDiagnostic } from "../../../../components/mesh/model/diagnostic";
import {
  pathsFrom,
  type HealthNode,
  type PathKind,
  type PathReport,
} from "../../../../components/nodePaths/model/nodePaths";
import {
  excusedLine,
  judgePaths,
  pathProblem,
  pathRow,
  recordedLines,
  recordedPathsOf,
  recordPaths,
} from "../../../../components/nodePaths/model/pathVerdict";

const nodes = (count: number) =>
  Array.from({ length: count }, (_, n): HealthNode => ({
    agent: `cilium-${String(n + 1)}`,
    node: `n${String(n + 1)}`,
    endpoint: `10.0.${String(n + 1)}.1`,
    host: `10.9.0.${String(n + 1)}`,
  }));

/** A cluster of that many nodes, in which the named paths (`endpoint n1>n2`) do not work. */
function report(count: number, broken: readonly string[] | ((path: string) => boolean) = []): PathReport {
  const fails = (path: string) => (typeof broken === "function" ? broken(path) : broken.includes(path));
  const all = nodes(count);
  const paths = all
    .flatMap((from) => pathsFrom(from, all))
    .map((path) => ({ ...path, why: fails(`${path.kind} ${path.from}>${path.to}`) ? "no answer within 3 s" : "" }));
  return { kind: "probed", cluster: "east", paths };
}

const of = (kind: PathKind) => (path: string) => path.startsWith(kind);
const lost = (now: PathReport, before: Parameters<typeof judgePaths>[1]) =>
  judgePaths(now, before).lost.map((path) => `${path.kind} ${path.from}>${path.to}`);

describe("model: recordPaths", () => {
  it("keeps what does not work, by name", () => {
    assert.deepEqual(recordPaths(report(3)), { kind: "probed", broken: [], unjudged: [] });
    assert.deepEqual(recordPaths(report(3, ["host n1>n3"])), {
      kind: "probed",
      broken: ["host n1 → n3"],
      unjudged: [],
    });
  });

  it("keeps no names of a kind of which nothing works, and of one with too many", () => {
    assert.deepEqual(recordPaths(report(3, of("host"))), { kind: "probed", broken: [], unjudged: ["host"] });
    const most = recordPaths(report(20, (path) => path.startsWith("endpoint") && !path.endsWith(">n1")));
    assert.deepEqual(most, { kind: "probed", broken: [], unjudged: ["endpoint"] });
  });

  it("tells IPv6 from IPv4 in a dual-stack cluster", () => {
    const dual = nodes(2).map((node, n): HealthNode => ({ ...node, endpointIPv6: `fd00::${String(n + 1)}` }));
    const paths = dual
      .flatMap((from) => pathsFrom(from, dual))
      .map((path) => ({ ...path, why: path.kind === "endpointIPv6" && path.from === "n1" ? "no route" : "" }));
    const now: PathReport = { kind: "probed", cluster: "east", paths };
    assert.deepEqual(recordPaths(now), { kind: "probed", broken: ["endpointIPv6 n1 → n2"], unjudged: [] });
    assert.deepEqual(recordedPathsOf(JSON.stringify({ paths: recordPaths(now) })), recordPaths(now));
    assert.deepEqual(lost(now, { kind: "probed", broken: [], unjudged: [] }), ["endpointIPv6 n1>n2"]);
    const [path = assert.fail()] = judgePaths(now, undefined).excused;
    assert.match(
      formatDiagnostic(pathProblem("east", "kubectl --context east -n kube-system", path)),
      /the health endpoint by IPv6 fd00::2 /,
    );
  });

  it("stays small however large a cluster is, for it goes through the environment of a process", () => {
    const worst = recordPaths(report(400, (path) => /^endpoint.*>n1\d$/.test(path)));
    assert.ok(worst.kind === "probed" && worst.broken.length === 80);
    assert.ok(JSON.stringify(worst).length < 8000);
  });

  it("keeps why nothing was probed", () => {
    assert.deepEqual(recordPaths({ kind: "notProbed", cluster: "east", reason: "off" }), {
      kind: "notProbed",
      reason: "off",
    });
  });

  it("comes back out of the state, and is none in states that have none", () => {
    const paths = recordPaths(report(3, ["host n1>n3"]));
    assert.deepEqual(recordedPathsOf(JSON.stringify({ config: {}, paths })), paths);
    for (const printed of ['{"config":{}}', "", "[]", '{"paths":{"kind":"other"}}']) {
      assert.equal(recordedPathsOf(printed), undefined, printed);
    }
  });
});

describe("model: judgePaths", () => {
  it("blames the change for what worked before, and for nothing else", () => {
    const before = recordPaths(report(3, ["endpoint n1>n2"]));
    const now = report(3, ["endpoint n1>n2", "endpoint n2>n1", "host n2>n3"]);
    assert.deepEqual(lost(now, before), ["endpoint n2>n1", "host n2>n3"]);
    assert.equal(judgePaths(now, before).excused.length, 1);
  });

  it("expects a new node to work, unless no path of that kind did", () => {
    const cut = report(3, (path) => path.endsWith("n3"));
    assert.equal(lost(cut, recordPaths(report(2))).length, 4);
    assert.deepEqual(lost(cut, recordPaths(report(2, of("host")))), ["endpoint n1>n3", "endpoint n2>n3"]);
  });

  it("blames nothing where it is not known what worked", () => {
    const cut = report(2, of("endpoint"));
    assert.deepEqual(lost(cut, undefined), []);
    assert.deepEqual(lost(cut, { kind: "notProbed", reason: "off" }), []);
    assert.equal(judgePaths(cut, undefined).excused.length, 2);
  });

  it("finds nothing lost where all is as it was, and all that was cut where all had worked", () => {
    const paths = fc.array(fc.tuple(fc.constantFrom("endpoint", "host"), fc.nat(3), fc.nat(3)), { maxLength: 12 });
    fc.assert(
      fc.property(paths, (given) => {
        const broken = given.map(([kind, a, b]) => `${kind} n${String(a + 1)}>n${String(b + 1)}`);
        const now = report(4, broken);
        assert.deepEqual(lost(now, recordPaths(now)), []);
        const real = new Set(broken.filter((path) => !/n(\d)>n\1/.test(path)));
        assert.deepEqual(new Set(lost(now, recordPaths(report(4)))), real);
        const row = pathRow(now);
        assert.ok(row.kind === "probed" && row.of - row.working === real.size);
        assert.equal(row.broken.length, Math.min(real.size, 6));
      }),
    );
  });
});

describe("model: paths in words", () => {
  const cut = report(2, ["endpoint n1>n2"]);
  const [path] = judgePaths(cut, recordPaths(report(2))).lost;
  assert.ok(path);

  it("name cluster, nodes, what does not answer, and what to do", () => {
    assert.equal(
      formatDiagnostic(pathProblem("east", "kubectl --context east -n kube-system", path)),
      'cluster "east": path n1 → n2 is cut: the health endpoint 10.0.2.1 answered before, and now does not (no answer within 3 s); look at the routes of n1 (ip route) and restart its agent: kubectl --context east -n kube-system delete pod cilium-1',
    );
  });

  it("say whether it is known that it did not work before", () => {
    assert.match(
      excusedLine("east", path, recordPaths(cut)),
      /^warning: cluster "east": n1 → n2: .*, and did not before$/,
    );
    assert.match(excusedLine("east", path, undefined), /, and it is not known whether it did before$/);
  });

  it("sum up what was found before the change", () => {
    assert.deepEqual(recordedLines(cut), [
      'cluster "east": 3 of 4 paths between its nodes work before the change',
      'cluster "east": n1 → n2: the health endpoint 10.0.2.1 does not answer (no answer within 3 s)',
    ]);
    assert.deepEqual(recordedLines({ kind: "notProbed", cluster: "east", reason: "off" }), [
      'cluster "east": paths between its nodes are not probed: off',
    ]);
  });
});
