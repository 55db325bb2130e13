import assert from "node:assert/strict";
import fc from "fast-check";
import { byteLength, cutText, excerpt, firstFew, keepWithin } from "../../../../components/basics/model/bounded";
import { ERROR_BYTES, kindOf, outputBudget, RESULT_BYTES } from "../../../../components/command/model/outputBudget";
import { policyDrops } from "../../../../components/demo/model/dropLog";
import { error, formatDiagnostics, DIAGNOSTICS_SHOWN } from "../../../../components/mesh/model/diagnostic";
import { checkResult } from "../../../../components/meshCheck/model/checkResult";
import { stalePodRow } from "../../../../components/meshCheck/model/stalePods";
import { PATH_KINDS, type PathReport } from "../../../../components/nodePaths/model/nodePaths";
import { pathRow, recordPaths } from "../../../../components/nodePaths/model/pathVerdict";

const text = fc.string({ unit: "grapheme", maxLength: 400 });
/** Characters of one to four bytes, names as long as Kubernetes allows, and longer ones. */
const hostile = fc
  .constantFrom("a", "ä", "€", "🦊", "\u001b[2J")
  .chain((unit) => fc.integer({ min: 1, max: 3000 }).map((times) => unit.repeat(times)));

describe("model: texts of bounded length", () => {
  it("are as long as may be in bytes, and no character is cut in two", () => {
    fc.assert(
      fc.property(fc.oneof(text, hostile), fc.integer({ min: 40, max: 500 }), (long, most) => {
        const short = cutText(long, most);
        assert.ok(byteLength(short) <= most);
        assert.ok(!short.includes("\ufffd") || long.includes("\ufffd"));
        assert.ok(short === long || short.endsWith(`(${String(byteLength(long))} bytes in all)`));
      }),
    );
  });

  it("keep begin and end of an error, and say how many lines are left out", () => {
    const lines = Array.from({ length: 5000 }, (_, n) => `line ${String(n)}`);
    const short = excerpt(lines.join("\n"), ERROR_BYTES);
    assert.ok(byteLength(short) <= ERROR_BYTES);
    const kept = short.split("\n");
    assert.equal(kept[0], "line 0");
    assert.equal(kept.at(-1), "line 4999");
    const left = /^… (\d+) lines left out …$/m.exec(short)?.[1];
    assert.equal(Number(left) + kept.length - 1, lines.length);
    assert.equal(excerpt("two\nlines", 100), "two\nlines");
  });

  it("hold whatever an error says", () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 40 }), (lines) => {
        assert.ok(byteLength(excerpt(lines.join("\n"), ERROR_BYTES)) <= ERROR_BYTES);
      }),
      { numRuns: 30 },
    );
  });

  it("name the first few, and count the others", () => {
    assert.deepEqual(firstFew(["a", "b"], 2), ["a", "b"]);
    assert.deepEqual(firstFew(["a", "b", "c", "d"], 2), ["a", "b", "and 2 more"]);
    assert.deepEqual(keepWithin([1, 22, 333], 5), { kept: [1, 22], left: [333] });
  });
});

describe("model: what a command may say on the way", () => {
  it("has bounds for each kind, whatever the others took, and says what was left out", () => {
    const budget = outputBudget();
    const said: string[] = [];
    const say = (line: string, kind = kindOf(line)) => {
      const taken = budget.take(kind, line);
      if (taken !== undefined) said.push(taken);
    };
    for (let n = 0; n < 5000; n++) say(`cluster "a": pod ${"🦊".repeat(900)} ${String(n)}`);
    for (let n = 0; n < 5000; n++) say(`warning: number ${String(n)}`);
    say("waiting for one of two", "wait");
    assert.equal(said.at(-1), "waiting for one of two");
    assert.ok(said.includes("warning: number 0"));
    const last = budget.leftOut() ?? "";
    const bytes = [...said, last].reduce((sum, line) => sum + byteLength(line) + 1, 0);
    assert.ok(bytes + ERROR_BYTES < 32 * 1024, String(bytes));
    const warnings = said.filter((line) => line.startsWith("warning:")).length;
    assert.equal(
      last,
      `… ${String(10_001 - said.length)} lines more were left out, ${String(5000 - warnings)} of them warnings`,
    );
    assert.equal(outputBudget().leftOut(), undefined);
  });
});

const name = (n: number, length: number) => `${"n".repeat(length - 5)}${String(n).padStart(5, "0")}`;

/** A cluster whose nodes have names of that length, and of whose paths every `nth` works. */
function brokenPaths(cluster: string, nodes: number, length: number, nth: number): PathReport {
  const paths = Array.from({ length: nodes }, (_, from) =>
    [1, 2, 3, 4, 5, 6, 7, 8].flatMap((step) =>
      PATH_KINDS.map((kind, index) => ({
        kind,
        agent: `cilium-${String(from)}`,
        from: name(from, length),
        to: name((from + step) % nodes, length),
        why: (from * 16 + step * 2 + index) % nth === 0 ? "" : "€".repeat(2000),
      })),
    ),
  );
  return { kind: "probed", cluster, paths: paths.flat() };
}

describe("model: what the check keeps in the state", () => {
  it("fits whatever the size of the mesh, and names every member", () => {
    const sizes = fc.record({
      clusters: fc.constantFrom(1, 12, 511),
      agents: fc.constantFrom(1, 9),
      peers: fc.constantFrom(1, 5),
      length: fc.constantFrom(6, 63, 253),
      ready: fc.boolean(),
    });
    fc.assert(
      fc.property(sizes, ({ clusters, agents, peers, length, ready }) => {
        const members = Array.from({ length: clusters }, (_, n) => name(n, 32));
        const table = members.flatMap((cluster) =>
          Array.from({ length: agents }, (_, n) => name(n, length)).flatMap((agent) =>
            members.slice(0, peers).map((peer) => {
              return {
                cluster,
                agent,
                node: agent,
                peer,
                ready,
                nodes: 1,
                identities: 1,
                why: ready ? "" : "🦊".repeat(999),
              };
            }),
          ),
        );
        const row = pathRow(brokenPaths("a", 9, length, 2));
        const paths = members.map((cluster) => ({ ...row, cluster }));
        const stale = members.map((cluster) =>
          stalePodRow(
            { cluster, pod: { by: "name", namespace: "s".repeat(63), name: "p".repeat(length) }, identity: 1, id: 0 },
            "c".repeat(300),
          ),
        );
        const result = checkResult(members, table, paths, stale);
        assert.ok(byteLength(JSON.stringify(result)) <= RESULT_BYTES);
        assert.deepEqual(result.clusters, members);
        const counted = (rows: readonly object[], key: string) =>
          rows.reduce((sum, row) => sum + (key in row ? Number((row as Record<string, number>)[key]) : 1), 0);
        assert.equal(counted(result.paths, "clusters"), clusters);
        assert.equal(counted(result.stalePods, "others"), clusters);
      }),
      { numRuns: 15 },
    );
  });

  it("leaves a result alone that is short", () => {
    const paths = [pathRow(brokenPaths("a", 9, 6, 1))];
    assert.deepEqual(checkResult(["a"], [], paths, []), { clusters: ["a"], readiness: [], paths, stalePods: [] });
  });

  it("has room for the names of paths that did not work before, and judges no kind of which there are more", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(9, 40, 400),
        fc.constantFrom(6, 253),
        fc.constantFrom(1, 2, 7),
        (nodes, length, nth) => {
          const report = brokenPaths("a", nodes, length, nth);
          const recorded = recordPaths(report);
          assert.ok(byteLength(JSON.stringify(recorded)) < RESULT_BYTES / 1.5);
          assert.ok(recorded.kind === "probed" && report.kind === "probed");
          const judged = PATH_KINDS.filter((kind) => !recorded.unjudged.includes(kind));
          const broken = report.paths.filter(({ kind, why }) => why !== "" && judged.includes(kind));
          assert.equal(recorded.broken.length, broken.length);
        },
      ),
    );
  });

  it("has the first drops of a chatty node", () => {
    const lines = Array.from(
      { length: 999 },
      (_, n) => `xx drop (Policy denied): 10.0.0.1:${String(n)} -> 10.0.0.2:6379 tcp ${"x".repeat(999)}`,
    );
    const drops = policyDrops(lines, [{ client: "a", ip: "10.0.0.1" }], "10.0.0.2");
    assert.ok(byteLength(JSON.stringify(drops)) < 8 * 1024);
    assert.equal(drops.at(-1), "… and 979 more");
    assert.match(drops[0] ?? "", /^a: xx drop .*10\.0\.0\.1:0 /);
  });

  it("shows problems of each cluster, and how many there are beside", () => {
    const problem = (cluster: string, n: number) =>
      error({ cluster, property: `p${String(n)}`, reason: "r", fix: "a" });
    const many = Array.from({ length: 4000 }, (_, n) => problem("west", n));
    const lines = formatDiagnostics("no", [...many, problem("east", 1)], DIAGNOSTICS_SHOWN).split("\n");
    assert.equal(lines[0], "no (4001 problems):");
    assert.ok(lines.some((line) => line.includes('cluster "east"')));
    assert.equal(lines.at(-1), `  … and ${String(4001 - (lines.length - 2))} more`);
  });
});
