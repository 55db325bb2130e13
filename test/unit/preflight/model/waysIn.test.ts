import assert from "node:assert/strict";
import { errors } from "../../../../components/mesh/model/diagnostic";
import {
  mayBeKubeconfig,
  waysIn,
  type KnownContexts,
  type Unasked,
} from "../../../../components/preflight/model/waysIn";
import { lines } from "../../support/mesh/mesh";

const unasked = (n: number, reason: string, context: string | undefined = `cluster${String(n)}`): Unasked => ({
  cluster: `cluster${String(n)}`,
  reason,
  ...(context === "" ? {} : { context }),
});
const missing = (context: string) => `error: context "${context}" does not exist`;
const read = (...contexts: readonly string[]): KnownContexts => ({ kind: "read", contexts });

function judge(all: readonly Unasked[], known?: KnownContexts) {
  const { diagnostics, explains } = waysIn(all, known, "/home/u/.kube/config");
  return { said: lines(errors(diagnostics)), explains: [...explains] };
}

describe("preflight: kubectl and its kubeconfig", () => {
  it("that is not installed is one line, whatever the number of clusters", () => {
    const reason = "kubectl cannot be started (spawn kubectl ENOENT); install it and put it on PATH";
    assert.deepEqual(judge([unasked(1, reason), unasked(2, reason, "")]), {
      said: ["mesh: kubectl cannot be started (spawn kubectl ENOENT); install it and put it on PATH"],
      explains: ["cluster1", "cluster2"],
    });
  });

  for (const [known, what] of [
    [read(), "has no context, or is not there"],
    [
      { kind: "unreadable", reason: "error loading config file: yaml" },
      "cannot be read: error loading config file: yaml",
    ],
  ] as const) {
    it(`that ${known.kind === "read" ? "is empty or missing" : "cannot be read"} is one line`, () => {
      assert.deepEqual(judge([unasked(1, missing("cluster1")), unasked(2, missing("cluster2"))], known), {
        said: [
          `mesh: kubeconfig "/home/u/.kube/config" ${what}; set KUBECONFIG to the file with the contexts of clusters "cluster1", "cluster2", or give each cluster a kubeconfig (a secret)`,
        ],
        explains: ["cluster1", "cluster2"],
      });
    });
  }

  it("that lacks a context is a line for that cluster, with the names that are most like it, and advises nothing else", () => {
    const known = read("admin@cluster-2", "kind-cluster1", "cluster11", "prod", "cluster10");
    const said = (context: string) =>
      judge([unasked(1, missing(context), context)], known).said[0]?.split("kubeconfig; ")[1];
    assert.equal(said("clutser1"), 'the likeliest are "cluster11", "cluster10"');
    assert.equal(said("cluster1"), 'the likeliest are "cluster11", "cluster10", "kind-cluster1"');
    assert.equal(said("PROD"), 'the likeliest are "prod"');
    assert.equal(said("elsewhere"), 'it has "admin@cluster-2", "kind-cluster1", "cluster11", "prod", "cluster10"');
  });

  it("that has the contexts explains nothing: the cluster is what is unreachable", () => {
    const nothing = { said: [], explains: [] };
    assert.deepEqual(judge([unasked(1, missing("cluster1"))], read("cluster1")), nothing);
    assert.deepEqual(judge([unasked(1, "dial tcp 10.1.1.1:6443: i/o timeout")], read("other")), nothing);
    assert.deepEqual(judge([unasked(1, missing("x"), "")], read("other")), nothing);
    assert.deepEqual(judge([]), nothing);
  });

  it("is not asked for its contexts where nothing points at it", () => {
    assert.equal(mayBeKubeconfig(unasked(1, "no answer within 30 s")), false);
    assert.equal(mayBeKubeconfig(unasked(1, missing("a"))), true);
  });
});
