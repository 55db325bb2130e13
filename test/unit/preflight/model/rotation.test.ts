import assert from "node:assert/strict";
import fc from "fast-check";
import { SHARED_AUTHORITY } from "../../../../components/certificates/model/certificates";
import {
  trustOf,
  type CaId,
  type CaTrust,
  type IssueRecord,
} from "../../../../components/certificates/model/keyRevisions";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import {
  plannedSteps,
  unknownKeyRevisions,
  unsafeSteps,
  type Recorded,
  type Wanted,
} from "../../../../components/preflight/model/rotation";
import { bySeverity, lines } from "../../support/mesh/mesh";

const shared = (trust: CaTrust): Readonly<Record<string, CaTrust>> => ({ [SHARED_AUTHORITY]: trust });
const record = (authorities: Readonly<Record<string, CaTrust>>, over: Partial<IssueRecord> = {}): IssueRecord => ({
  client: 1,
  server: 1,
  authorities,
  ...over,
});
const wanted = (authorities: Readonly<Record<string, CaTrust>>, over: Partial<IssueRecord> = {}): Wanted => {
  const generated = Object.values(authorities).some(({ signs }) => typeof signs === "number");
  return { record: record(authorities, over), authority: generated ? "generated" : "adopted" };
};
const of = (list: readonly CaId[]) => trustOf(list[0] ?? 1, list);

/** Clusters whose Secrets were issued with these CAs, the first of which signs. */
const live = (...lists: readonly (readonly CaId[])[]): readonly Recorded[] =>
  lists.map((list, index) => {
    return { cluster: `cluster${String(index + 1)}`, record: record(shared(of(list))), files: ["mesh.client.crt"] };
  });

const unsafe = (recorded: readonly Recorded[], list: readonly CaId[]) =>
  lines(unsafeSteps(recorded, wanted(shared(of(list)))));

const RESTART = "restart every etcd with both in its --trusted-ca-file (etcd reads it only at start)";

describe("preflight: steps of a CA's rotation", () => {
  it("are safe in their order, there and back", () => {
    const order = [[1], [1, 2], [2, 1], [2]];
    for (const [index, from] of order.entries()) {
      for (const to of [order[index - 1], from, order[index + 1]]) {
        assert.deepEqual(unsafe(live(from, from), to ?? from), [], `${from.join()} to ${(to ?? from).join()}`);
      }
    }
  });

  it("may not let sign what is not trusted yet", () => {
    const begin = `set clustermesh:keyRevisions.authority to [1,2], pulumi up, and ${RESTART}; then set clustermesh:keyRevisions.authority to [2,1]`;
    const line = (value: string) =>
      `mesh: clustermesh:keyRevisions.authority ${value} lets revision 2 sign, which clusters "cluster1", "cluster2" do not trust yet; first ${begin}`;
    assert.deepEqual(unsafe(live([1], [1]), [2]), [line("[2]")]);
    assert.deepEqual(unsafe(live([1], [1]), [2, 1]), [line("[2,1]")]);
  });

  it("may not drop what has signed", () => {
    assert.deepEqual(unsafe(live([1, 2]), [2]), [
      'mesh: clustermesh:keyRevisions.authority [2] drops revision 1, which has signed what cluster "cluster1" has; first set clustermesh:keyRevisions.authority to [2,1], and pulumi up; then drop it',
    ]);
  });

  it("are judged for each cluster, for a run may have ended half way", () => {
    const [line, ...rest] = unsafe(live([2, 1], [1, 2], [2, 1]), [2]);
    assert.deepEqual(rest, []);
    assert.match(line ?? "", /has signed what cluster "cluster2" has/);
  });

  it("of an adopted CA are those of its keys, and are told at their place", () => {
    const [former, next] = ["aaaa", "bbbb"];
    const step = `first give the CA of key aaaa as certificate and privateKey and the certificate of the CA of key bbbb in trusted, pulumi up, and ${RESTART}; then give the CA of key bbbb as certificate and privateKey and the certificate of the CA of key aaaa in trusted`;
    assert.deepEqual(unsafe(live([former]), [next]), [
      `mesh: clustermesh:ca lets the CA of key bbbb sign, which cluster "cluster1" does not trust yet; ${step}`,
    ]);
    const recorded = [{ cluster: "west", record: record({ east: of([former]) }), files: [] }];
    assert.deepEqual(lines(unsafeSteps(recorded, wanted({ east: of([next]) }))), [
      `cluster "east": etcd.ca lets the CA of key bbbb sign, which cluster "west" does not trust yet; ${step}`,
    ]);
  });

  it("name five clusters, and count the rest", () => {
    const [line] = unsafe(live(...Array.from({ length: 7 }, () => [1])), [2]);
    assert.match(line ?? "", /clusters "cluster1", "cluster2", "cluster3", "cluster4", "cluster5" and 2 more do not/);
  });

  it("are not judged where nothing is recorded, or of an authority that is new", () => {
    assert.deepEqual(unsafe([{ cluster: "east", record: undefined, files: [] }], [2]), []);
    assert.deepEqual(lines(unsafeSteps(live([1]), wanted({ east: of(["aaaa"]) }))), []);
  });

  it("that pass leave nobody without a CA that both sides trust, whatever they are", () => {
    const list = fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(list, list, (from, to) => {
        const [before, after] = [of(from), of(to)];
        const safe = after.trusts.includes(before.signs) && before.trusts.includes(after.signs);
        assert.equal(unsafe(live(from), to).length === 0, safe);
      }),
    );
  });
});

describe("preflight: revisions that are set", () => {
  const unknown: Recorded = { cluster: "cluster1", record: undefined, files: ["cluster1", "mesh.client.crt"] };

  it("before anything says which are live are refused", () => {
    for (const revisions of [{ client: 2 }, { server: 2 }, { authority: [1, 2] }]) {
      const [line, ...rest] = lines(unknownKeyRevisions([unknown], { ...DEFAULT_SETTINGS.keyRevisions, ...revisions }));
      assert.deepEqual(rest, []);
      assert.match(
        line ?? "",
        /^mesh: clustermesh:keyRevisions .* nothing says what cluster "cluster1" has; remove it, pulumi up once/,
      );
    }
    assert.deepEqual(unknownKeyRevisions([unknown], DEFAULT_SETTINGS.keyRevisions), []);
  });

  it("are fine in a new cluster, and beside the keys of another owner", () => {
    const other: Recorded = { cluster: "cluster1", record: undefined, files: ["west.etcd-client.crt"] };
    assert.deepEqual(unknownKeyRevisions([other], { ...DEFAULT_SETTINGS.keyRevisions, client: 2 }), []);
    assert.deepEqual(unknownKeyRevisions([], { ...DEFAULT_SETTINGS.keyRevisions, client: 2 }), []);
  });
});

describe("preflight: what a run does", () => {
  const planned = (recorded: readonly Recorded[], next: Wanted) => {
    const { notes, warnings } = bySeverity(plannedSteps(recorded, next));
    return { notes: lines(notes), warnings: lines(warnings) };
  };

  it("is nothing where nothing changes", () => {
    assert.deepEqual(planned(live([1, 2]), wanted(shared(of([1, 2])))), { notes: [], warnings: [] });
  });

  it("is a line for each cluster that gets new keys", () => {
    const { notes, warnings } = planned(live([1], [1]), wanted(shared(of([1])), { client: 2, server: 3 }));
    assert.deepEqual(warnings, []);
    assert.deepEqual(notes, [
      'cluster "cluster1": client key and certificate go from revision 1 to 2; this run renews both',
      'cluster "cluster1": etcd server key and certificate go from revision 1 to 3; this run renews both',
      'cluster "cluster2": client key and certificate go from revision 1 to 2; this run renews both',
      'cluster "cluster2": etcd server key and certificate go from revision 1 to 3; this run renews both',
    ]);
  });

  it("is, for a CA, what a person does next, or has to have done", () => {
    const at = "mesh: clustermesh:keyRevisions.authority";
    assert.deepEqual(planned(live([1]), wanted(shared(of([1, 2])))).notes, [
      `${at} [1,2] makes revision 2 trusted; then ${RESTART}; it can sign after that`,
    ]);
    assert.deepEqual(planned(live([1, 2]), wanted(shared(of([2, 1])))).warnings, [
      `${at} [2,1] lets revision 2 sign; this run issues every certificate again; every etcd must have been restarted since it became trusted, and its own cluster's agents trust it`,
    ]);
    assert.deepEqual(planned(live([2, 1]), wanted(shared(of([2])))).notes, [
      `${at} [2] drops revision 1; nothing needs it any more once every etcd and every agent has this run's certificates`,
    ]);
  });

  it("is a warning where another kind of authority takes over: there is no way on which both are trusted", () => {
    const next = wanted(shared(of(["aaaa"])));
    assert.deepEqual(lines(unsafeSteps(live([1]), next)), []);
    assert.deepEqual(planned(live([1]), next).warnings, [
      'mesh: clustermesh:ca replaces the authority of cluster "cluster1", and nothing trusts both; peers are lost until every etcd serves and trusts certificates of the new one',
    ]);
  });
});
