import assert from "node:assert/strict";
import { unseen, unseenNote } from "../../../../components/preflight/model/unseen";
import { lines } from "../../support/mesh/mesh";

describe("preflight: what could not be looked at", () => {
  const version = (cluster: string) => unseen(cluster, "the version", "no tag");

  it("is one line", () => {
    const all = [version("a"), unseen("b", "ranges of pods", "no node"), version("b")];
    assert.deepEqual(lines(unseenNote(all)), [
      'mesh: live checks could not compare the version of clusters "a", "b" (no tag), ranges of pods of cluster "b" (no node); ' +
        "see that these are right; the rest was compared",
    ]);
  });

  it("has a colon between what and why where each stands alone", () => {
    const [line] = lines([unseen("west", "addresses of nodes", "no CiliumNode is there")]);
    assert.equal(line, 'cluster "west": addresses of nodes: no CiliumNode is there; see that it is right');
  });

  it("is nothing where everything was", () => {
    assert.deepEqual(unseenNote([]), []);
  });

  it("names some of many clusters", () => {
    const all = Array.from({ length: 300 }, (_, index) => version(`c${String(index)}`));
    assert.match(lines(unseenNote(all)).join(), /"c4", 295 more \(no tag\)/);
  });
});
