import assert from "node:assert/strict";
import fc from "fast-check";
import {
  dataOwners,
  planRestoration,
  recordOriginals,
  restorationPatches,
  type ManagedFieldsEntry,
  type OriginalField,
} from "../../../components/model/originals";
import { managers } from "../support/live";

const owned = (byManager: Readonly<Record<string, readonly string[]>>) =>
  managers(byManager) as readonly ManagedFieldsEntry[];

describe("model: dataOwners", () => {
  it("are the managers of a key, in the API server's order", () => {
    const fields = owned({ helm: ["cluster-id", "cluster-name"], "kubectl-patch": ["cluster-id"], other: [] });
    assert.deepEqual(dataOwners(fields, "cluster-id"), ["helm", "kubectl-patch"]);
    assert.deepEqual(dataOwners(fields, "ipam"), []);
  });

  it("are none in entries without fields or without a manager", () => {
    assert.deepEqual(dataOwners([{ manager: "a" }, { fieldsV1: { "f:data": { "f:k": {} } } }], "k"), []);
  });
});

describe("model: recordOriginals", () => {
  it("keeps value and managers, and that a key was absent", () => {
    const recorded = recordOriginals({ "cluster-id": "0" }, owned({ helm: ["cluster-id"] }), [
      "cluster-id",
      "cluster-name",
    ]);
    assert.deepEqual(recorded, {
      "cluster-id": { kind: "value", value: "0", managers: ["helm"] },
      "cluster-name": { kind: "absent" },
    });
  });
});

describe("model: planRestoration", () => {
  const original: OriginalField = { kind: "value", value: "0", managers: ["helm", "x"] };
  const plan = (before: OriginalField, live: Readonly<Record<string, string>>) =>
    planRestoration({ k: before }, { k: "7" }, live, "us")[0];

  it("writes an original back as its manager, over our value and where the patch is gone", () => {
    const write = { kind: "write", key: "k", value: "0", manager: "helm" };
    assert.deepEqual(plan(original, { k: "7" }), write);
    assert.deepEqual(plan(original, {}), write);
    assert.deepEqual(plan({ ...original, managers: [] }, {}), { ...write, manager: "us" });
  });

  it("removes what was not there", () => {
    assert.deepEqual(plan({ kind: "absent" }, { k: "7" }), { kind: "remove", key: "k" });
  });

  it("does nothing where all is as it was", () => {
    assert.deepEqual(plan(original, { k: "0" }), { kind: "nothing", key: "k" });
    assert.deepEqual(plan({ kind: "absent" }, {}), { kind: "nothing", key: "k" });
  });

  it("leaves, and names, what somebody has written since", () => {
    assert.deepEqual(plan(original, { k: "9" }), { kind: "leave", key: "k", live: "9" });
    assert.deepEqual(plan({ kind: "absent" }, { k: "9" }), { kind: "leave", key: "k", live: "9" });
  });
});

const KEYS = ["cluster-name", "cluster-id", "other"] as const;
const text = fc.constantFrom("", "0", "7", "default", "east");
const data = fc.dictionary(fc.constantFrom(...KEYS), text, { noNullPrototype: true });
const before: fc.Arbitrary<OriginalField> = fc.oneof(
  fc.constant<OriginalField>({ kind: "absent" }),
  fc.record({
    kind: fc.constant("value" as const),
    value: text,
    managers: fc.array(fc.constantFrom("helm", "kubectl"), { maxLength: 2 }),
  }),
);
const originals = fc.dictionary(fc.constantFrom(...KEYS), before, { noNullPrototype: true });

/** A ConfigMap's data after the patches of a plan. */
function patched(live: Readonly<Record<string, string>>, patches: ReturnType<typeof restorationPatches>) {
  const merged = Object.assign({}, live, ...patches.map((patch) => patch.data)) as Record<string, string | null>;
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

describe("model: the way back", () => {
  it("never writes over a value that is neither ours nor absent", () => {
    fc.assert(
      fc.property(originals, data, data, (recorded, desired, live) => {
        const patches = restorationPatches(planRestoration(recorded, desired, live, "us"), "us");
        for (const key of patches.flatMap((patch) => Object.keys(patch.data))) {
          assert.ok(live[key] === undefined || live[key] === desired[key], key);
          assert.ok(key in recorded);
        }
      }),
    );
  });

  it("leads from what we have set to what was there, whoever had it", () => {
    fc.assert(
      fc.property(data, data, (first, desired) => {
        const recorded = recordOriginals(first, owned({ helm: Object.keys(first) }), Object.keys(desired));
        const ours = { ...first, ...desired };
        const plan = planRestoration(recorded, desired, ours, "us");
        assert.deepEqual(patched(ours, restorationPatches(plan, "us")), first);
      }),
    );
  });

  it("is done after it was gone once", () => {
    fc.assert(
      fc.property(originals, data, data, (recorded, desired, live) => {
        const once = patched(live, restorationPatches(planRestoration(recorded, desired, live, "us"), "us")) as Record<
          string,
          string
        >;
        assert.deepEqual(restorationPatches(planRestoration(recorded, desired, once, "us"), "us"), []);
      }),
    );
  });

  it("is one patch for each manager", () => {
    const plan = [
      { kind: "write", key: "a", value: "1", manager: "helm" },
      { kind: "remove", key: "b" },
      { kind: "write", key: "c", value: "2", manager: "helm" },
      { kind: "leave", key: "d", live: "x" },
      { kind: "nothing", key: "e" },
    ] as const;
    assert.deepEqual(restorationPatches(plan, "us"), [
      { manager: "helm", data: { a: "1", c: "2" } },
      { manager: "us", data: { b: null } },
    ]);
  });
});
