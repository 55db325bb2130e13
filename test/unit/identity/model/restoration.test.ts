import assert from "node:assert/strict";
import fc from "fast-check";
import { readOriginalConfig, type OriginalField } from "../../../../components/identity/model/originalConfig";
import {
  afterRestoration,
  planRestoration,
  restorationWrites,
} from "../../../../components/identity/model/restoration";
import type { DataWrite } from "../../../../components/kubernetes/model/dataWrite";
import { fieldOwners, type FieldOwner, type OwnedData } from "../../../../components/kubernetes/model/managedFields";

const US = "us";
const HELM: FieldOwner = { manager: "helm", operation: "Update" };
const HELM4: FieldOwner = { manager: "helm4", operation: "Apply" };
const ARGO: FieldOwner = { manager: "argocd", operation: "Apply" };
const OURS: FieldOwner = { manager: US, operation: "Apply" };

/** A ConfigMap, by key the value and its owners. */
type Owned = Readonly<Record<string, { readonly value: string; readonly owners: readonly FieldOwner[] }>>;

const same = (a: FieldOwner, b: FieldOwner) => a.manager === b.manager && a.operation === b.operation;

/** The same as the API server shows it. */
function shown(owned: Owned): OwnedData {
  const all = Object.values(owned).flatMap(({ owners }) => owners);
  const entries = all.filter((owner, index) => all.findIndex((each) => same(each, owner)) === index);
  return {
    data: Object.fromEntries(Object.entries(owned).map(([key, { value }]) => [key, value])),
    managedFields: entries.map((entry) => {
      const keys = Object.entries(owned).filter(([, { owners }]) => owners.some((owner) => same(owner, entry)));
      return { ...entry, fieldsV1: { "f:data": Object.fromEntries(keys.map(([key]) => [`f:${key}`, {}])) } };
    }),
  };
}

/** What the API server does with a write: an update owns what it changes, a forced apply all that it names. */
function written(owned: Owned, write: DataWrite): Owned {
  return Object.entries(write.data).reduce<Owned>((before, [key, value]) => {
    const { [key]: current, ...rest } = before;
    if (value === null) {
      return rest;
    }
    const writer = { manager: write.manager, operation: write.kind };
    if (current?.value !== value) {
      return { ...rest, [key]: { value, owners: [writer] } };
    }
    const owners = write.kind === "Update" || current.owners.some((owner) => same(owner, writer)) ? [] : [writer];
    return { ...rest, [key]: { value, owners: [...current.owners, ...owners] } };
  }, owned);
}

/** Carries plans out, write by write, as the command does. */
function restored(
  originals: Readonly<Record<string, OriginalField>>,
  desired: Readonly<Record<string, string>>,
  from: Owned,
): Owned {
  let owned = from;
  for (let left = 20; left > 0; left--) {
    const [write] = restorationWrites(planRestoration(originals, desired, shown(owned), US), US);
    if (write === undefined) {
      return owned;
    }
    owned = written(owned, write);
  }
  return assert.fail("it does not end");
}

/** What the patch of this project does, with force. */
const patched = (owned: Owned, desired: Readonly<Record<string, string>>): Owned =>
  written(owned, { kind: "Apply", manager: US, data: desired });

/** What is left when that patch is deleted: what it owns alone goes. */
function patchDeleted(owned: Owned): Owned {
  const left = Object.entries(owned).map(
    ([key, { value, owners }]) => [key, { value, owners: owners.filter((owner) => !same(owner, OURS)) }] as const,
  );
  return Object.fromEntries(left.filter(([, { owners }]) => owners.length > 0));
}

function sorted(owned: Owned): Owned {
  const text = ({ manager, operation }: FieldOwner) => `${manager} ${operation}`;
  return Object.fromEntries(
    Object.entries(owned).map(([key, { value, owners }]) => [
      key,
      { value, owners: [...owners].sort((a, b) => (text(a) < text(b) ? -1 : 1)) },
    ]),
  );
}

describe("model: planRestoration", () => {
  const original: OriginalField = { kind: "value", value: "0", managers: [HELM4, HELM] };
  const plan = (before: OriginalField, live: Owned) => planRestoration({ k: before }, { k: "7" }, shown(live), US)[0];
  const k = (value: string, ...owners: readonly FieldOwner[]): Owned => ({ k: { value, owners } });

  it("writes an original back as who updated it, over our value and where the patch is gone", () => {
    const write = { kind: "write", key: "k", value: "0", owner: HELM };
    assert.deepEqual(plan(original, k("7", OURS)), write);
    assert.deepEqual(plan(original, {}), write);
  });

  it("writes as who applied it where nobody updated it, and as ourselves where nobody had it", () => {
    const owner = (managers: readonly FieldOwner[]) => {
      const step = plan({ kind: "value", value: "0", managers }, {});
      return step?.kind === "write" ? step.owner : assert.fail();
    };
    assert.deepEqual(owner([HELM4, ARGO]), HELM4);
    assert.deepEqual(owner([]), { manager: US, operation: "Update" });
    assert.deepEqual(owner([OURS]), { manager: US, operation: "Update" }, "what goes with our patch is no original");
  });

  it("gives a value that is back to the others who had applied it", () => {
    assert.deepEqual(plan(original, k("0", HELM)), { kind: "own", key: "k", value: "0", owner: HELM4 });
    assert.deepEqual(plan(original, k("0", HELM, HELM4)), { kind: "nothing", key: "k" });
  });

  it("gives it to no manager where another one has written it meanwhile", () => {
    assert.deepEqual(plan(original, k("0", { manager: "kubectl-edit", operation: "Update" })), {
      kind: "nothing",
      key: "k",
    });
  });

  it("removes what was not there", () => {
    assert.deepEqual(plan({ kind: "absent" }, k("7", OURS)), { kind: "remove", key: "k" });
    assert.deepEqual(plan({ kind: "absent" }, {}), { kind: "nothing", key: "k" });
  });

  it("leaves, and names, what others have written since", () => {
    assert.deepEqual(plan(original, k("9", HELM)), { kind: "leave", key: "k", live: "9" });
    assert.deepEqual(plan({ kind: "absent" }, k("9", HELM)), { kind: "leave", key: "k", live: "9" });
  });
});

const KEYS = ["cluster-name", "cluster-id", "other"] as const;
const text = fc.constantFrom("", "0", "7", "default", "east");
const data = fc.dictionary(fc.constantFrom(...KEYS), text, { noNullPrototype: true });
/** Owners as they come about: one at most has updated a value. */
const owners = fc
  .tuple(fc.subarray([HELM]), fc.subarray([HELM4, ARGO]))
  .map((both) => both.flat())
  .filter((all) => all.length > 0);
const owned = fc.dictionary(fc.constantFrom(...KEYS), fc.record({ value: text, owners }), { noNullPrototype: true });

describe("model: a value that another manager has applied as well", () => {
  const plan = (before: OriginalField, owners: readonly FieldOwner[]) =>
    planRestoration({ k: before }, { k: "7" }, shown({ k: { value: "7", owners } }), US)[0];
  const was = (value: string, ...managers: readonly FieldOwner[]): OriginalField => ({
    kind: "value",
    value,
    managers,
  });

  it("is theirs, whichever manager had the original, and whether there was one", () => {
    for (const before of [was("0", HELM4), was("0", HELM), was("0"), { kind: "absent" } as const]) {
      assert.deepEqual(plan(before, [OURS, HELM4]), { kind: "leave", key: "k", live: "7", owner: "helm4" });
    }
  });

  it("is ours to take back where they have only updated it: that owns nothing but what it changes", () => {
    assert.equal(plan(was("0", HELM), [OURS, HELM])?.kind, "write");
  });

  it("is left to all where it is the original", () => {
    assert.deepEqual(plan(was("7", HELM4), [OURS, HELM4]), { kind: "nothing", key: "k" });
  });
});

describe("model: the way back", () => {
  it("leads from what we have set to what was there, and to all who had it", () => {
    fc.assert(
      fc.property(owned, data, (found, desired) => {
        const originals = readOriginalConfig(shown(found).data, shown(found).managedFields, Object.keys(desired));
        const back = restored(originals, desired, patched(found, desired));
        assert.deepEqual(sorted(patchDeleted(back)), sorted(found));
      }),
    );
  });

  it("leads there from every point at which it was interrupted", () => {
    fc.assert(
      fc.property(owned, data, fc.nat(4), (found, desired, steps) => {
        const originals = readOriginalConfig(shown(found).data, shown(found).managedFields, Object.keys(desired));
        let halfway = patched(found, desired);
        for (let step = 0; step < steps; step++) {
          const [write] = restorationWrites(planRestoration(originals, desired, shown(halfway), US), US);
          halfway = write === undefined ? halfway : written(halfway, write);
        }
        const late = restored(originals, desired, patchDeleted(halfway));
        assert.deepEqual(sorted(late), sorted(found));
      }),
    );
  });

  it("never writes over a value that is neither ours nor absent nor the original", () => {
    fc.assert(
      fc.property(owned, data, owned, (found, desired, live) => {
        const originals = readOriginalConfig(shown(found).data, shown(found).managedFields, Object.keys(desired));
        const plan = planRestoration(originals, desired, shown(live), US);
        for (const [key, value] of restorationWrites(plan, US).flatMap((write) => Object.entries(write.data))) {
          const current = live[key]?.value;
          assert.ok(current === undefined || current === desired[key] || current === value, key);
          assert.ok(key in originals);
        }
      }),
    );
  });

  it("is foreseen: what a key holds afterwards", () => {
    fc.assert(
      fc.property(owned, data, owned, (found, desired, live) => {
        const originals = readOriginalConfig(shown(found).data, shown(found).managedFields, Object.keys(desired));
        const plan = planRestoration(originals, desired, shown(live), US);
        const back = restored(originals, desired, live);
        for (const key of KEYS) {
          assert.equal(afterRestoration(plan, key, shown(live)), back[key]?.value, key);
        }
      }),
    );
  });

  it("is one write for each owner, updates first", () => {
    const plan = [
      { kind: "own", key: "d", value: "4", owner: HELM4 },
      { kind: "write", key: "a", value: "1", owner: HELM },
      { kind: "remove", key: "b" },
      { kind: "write", key: "c", value: "2", owner: HELM },
      { kind: "write", key: "e", value: "3", owner: HELM4 },
      { kind: "leave", key: "f", live: "x" },
      { kind: "nothing", key: "g" },
    ] as const;
    assert.deepEqual(restorationWrites(plan, US), [
      { kind: "Update", manager: "helm", data: { a: "1", c: "2" } },
      { kind: "Update", manager: US, data: { b: null } },
      { kind: "Apply", manager: "helm4", data: { d: "4", e: "3" } },
    ]);
  });

  it("of one who has both applied and updated a value goes both ways", () => {
    const both: FieldOwner[] = [HELM, { ...HELM, operation: "Apply" }];
    const found: Owned = { k: { value: "0", owners: both } };
    const originals = readOriginalConfig(shown(found).data, shown(found).managedFields, ["k"]);
    const back = patchDeleted(restored(originals, { k: "7" }, patched(found, { k: "7" })));
    assert.deepEqual(fieldOwners(shown(back).managedFields, "k"), both);
  });
});
