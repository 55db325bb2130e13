import assert from "node:assert/strict";
import {
  entrancesOf,
  givenAddresses,
  nodeStates,
  servingNodes,
} from "../../../../components/preflight/model/entrances";

const lines = (...all: readonly (readonly string[])[]) => all.map((fields) => `${fields.join("\t")}\n`).join("");

describe("model: what decides by which nodes peers come", () => {
  it("is whether a node is ready and stays, whether something new may run there, and what it is labelled", () => {
    const text = lines(["a", "True", "", ""], ["b", "Unknown", "", "true"], ["c", "True", "2026-01-01T00:00:00Z", ""]);
    const good = { ready: true, leaving: false, cordoned: false, excluded: false };
    assert.deepEqual(
      [...(nodeStates(text, lines(["a", "True", "", ""])) ?? [])],
      [
        ["a", { ...good, excluded: true }],
        ["b", { ...good, ready: false, cordoned: true }],
        ["c", { ...good, leaving: true }],
      ],
    );
  });

  it("is nothing where there is no node, or what is no node's name", () => {
    assert.equal(nodeStates("", ""), undefined);
    assert.equal(nodeStates(lines(["--flag", "True", "", ""], ["\u001b[2J", "True", "", ""]), ""), undefined);
  });

  it("is where its pods are: those that are ready; or all, as long as none is", () => {
    assert.deepEqual([...servingNodes(lines(["a", "True", ""], ["b", "False", ""], ["c", "True", "2026"]))], ["a"]);
    assert.deepEqual([...servingNodes(lines(["a", "False", ""], ["b", "", ""], ["", "", ""]))], ["a", "b"]);
  });

  it("is what peers were given by the last up, if that was of this cluster", () => {
    const before = { uid: "1", set: {}, addresses: ["10.0.0.1"] };
    const targets = { namespace: "n", configMap: "c", daemonSet: "d", peerSecret: "p" };
    const of = (uid: string) => entrancesOf("west", { uid }, { west: { ...before, targets } }).last;
    assert.deepEqual([of("1"), of("2")], [["10.0.0.1"], undefined]);
    assert.equal(entrancesOf("constructor", { uid: "1" }, {}).last, undefined);
    assert.deepEqual(givenAddresses("west", { "west.mesh.cilium.io": ["10.0.0.1"] }), ["10.0.0.1"]);
    assert.equal(givenAddresses("west", undefined), undefined);
  });
});
