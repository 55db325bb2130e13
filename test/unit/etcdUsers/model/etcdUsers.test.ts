import assert from "node:assert/strict";
import fc from "fast-check";
import {
  PEER_ROLE,
  peerGrants,
  peerUsers,
  planGrant,
  planRevoke,
  widerUsers,
  type Grant,
  type LiveUsers,
  type UserStep,
} from "../../../../components/etcdUsers/model/etcdUsers";

const EMPTY: LiveUsers = { users: {} };
const WANTED = peerGrants("east");
const [HEARTBEAT, STATE] = WANTED as readonly [Grant, Grant];
const said = (steps: readonly UserStep[]) =>
  steps.map((step) =>
    [step.do, "user" in step ? step.user : "", "grant" in step ? `${step.grant.permission} ${step.grant.key}` : ""]
      .join(" ")
      .trim(),
  );

const drop = <T>(record: Readonly<Record<string, T>>, key: string) =>
  Object.fromEntries(Object.entries(record).filter(([each]) => each !== key));
const without = (grants: readonly Grant[], { key, end }: Grant) =>
  grants.filter((each) => each.key !== key || each.end !== end);

/** What etcd makes of a step. */
function etcd(live: LiveUsers, step: UserStep): LiveUsers {
  const { users, grants = [] } = live;
  const roles = (user: string, change: (roles: readonly string[]) => readonly string[]): LiveUsers => {
    const has = users[user] ?? assert.fail(`etcdserver: user name not found: ${user}`);
    return { ...live, users: { ...users, [user]: change(has) } };
  };
  switch (step.do) {
    case "addRole":
      assert.equal(live.grants, undefined);
      return { ...live, grants };
    case "deleteRole":
      assert.ok(live.grants);
      return {
        users: Object.fromEntries(
          Object.entries(users).map(([user, has]) => [user, has.filter((r) => r !== PEER_ROLE)]),
        ),
      };
    case "permit":
      assert.ok(live.grants);
      return { ...live, grants: [...without(grants, step.grant), step.grant] };
    case "forbid":
      assert.ok(without(grants, step.grant).length < grants.length);
      return { ...live, grants: without(grants, step.grant) };
    case "addUser":
      assert.equal(users[step.user], undefined);
      return { ...live, users: { ...users, [step.user]: [] } };
    case "giveRole":
      assert.ok(live.grants);
      return roles(step.user, (has) => [...has, PEER_ROLE]);
    case "takeRole":
      return roles(step.user, (has) => {
        assert.ok(has.includes(PEER_ROLE));
        return has.filter((role) => role !== PEER_ROLE);
      });
    case "deleteUser":
      assert.ok(users[step.user]);
      return { ...live, users: drop(users, step.user) };
  }
}

const carriedOut = (live: LiveUsers, steps: readonly UserStep[]): LiveUsers => steps.reduce(etcd, live);
const byKey = (grants: readonly Grant[] | undefined) =>
  [...(grants ?? assert.fail("no role"))].sort((a, b) => (a.key + a.end < b.key + b.end ? -1 : 1));

describe("model: what a peer may read", () => {
  it("is four prefixes, read alone", () => {
    assert.deepEqual(WANTED, [
      { permission: "Read", key: "cilium/.heartbeat", end: "cilium/.heartbeau" },
      { permission: "Read", key: "cilium/state/", end: "cilium/state0" },
      { permission: "Read", key: "cilium/cluster-config/east", end: "cilium/cluster-config/easu" },
      { permission: "Read", key: "cilium/synced/east/", end: "cilium/synced/east0" },
    ]);
  });

  it("is for users named as the peers' certificates are, in any order", () => {
    assert.deepEqual(peerUsers(["west", "north"]), ["remote-north", "remote-west"]);
  });
});

describe("model: planGrant", () => {
  const grant = (live: LiveUsers, users: readonly string[] = ["remote-west"], made: readonly string[] = []) =>
    planGrant("east", users, live, made);

  it("makes role, permissions and users from nothing", () => {
    assert.deepEqual(said(grant(EMPTY)), [
      "addRole",
      "permit  Read cilium/.heartbeat",
      "permit  Read cilium/state/",
      "permit  Read cilium/cluster-config/east",
      "permit  Read cilium/synced/east/",
      "addUser remote-west",
      "giveRole remote-west",
    ]);
  });

  it("corrects permissions: wrong ones, missing ones before superfluous ones", () => {
    const key: Grant = { ...HEARTBEAT, end: "" };
    const grants = [key, { ...STATE, permission: "Readwrite" as const }, ...WANTED.slice(2)];
    assert.deepEqual(said(grant({ grants, users: { "remote-west": [PEER_ROLE] } })), [
      "permit  Read cilium/.heartbeat",
      "permit  Read cilium/state/",
      "forbid  Read cilium/.heartbeat",
    ]);
  });

  it("adds who has joined, and removes who has left with what it made for them", () => {
    const live = { grants: WANTED, users: { root: ["root"], "remote-west": [PEER_ROLE], "remote-lost": [] } };
    assert.deepEqual(said(grant(live, ["remote-south"], ["remote-west", "remote-lost"])), [
      "addUser remote-south",
      "giveRole remote-south",
      "deleteUser remote-lost",
      "deleteUser remote-west",
    ]);
  });

  it("leaves a user its other roles, and others than peers their users", () => {
    const users = { "remote-west": ["ops"], "remote-old": ["ops", PEER_ROLE], ann: [PEER_ROLE], "remote-x": [] };
    assert.deepEqual(said(grant({ grants: WANTED, users })), [
      "giveRole remote-west",
      "takeRole ann",
      "takeRole remote-old",
    ]);
    assert.deepEqual(widerUsers(["remote-west", "remote-south"], { users }), [{ user: "remote-west", roles: ["ops"] }]);
  });
});

describe("model: planRevoke", () => {
  it("removes role and users, and does nothing where all is gone", () => {
    const live = { grants: WANTED, users: { "remote-west": [PEER_ROLE], root: ["root"] } };
    assert.deepEqual(said(planRevoke(live, [])), ["deleteUser remote-west", "deleteRole"]);
    assert.deepEqual(planRevoke({ users: { root: ["root"] } }, ["remote-west"]), []);
  });

  it("leaves users that have other roles", () => {
    const live = { grants: WANTED, users: { "remote-west": ["ops", PEER_ROLE] } };
    assert.deepEqual(said(planRevoke(live, ["remote-west"])), ["takeRole remote-west", "deleteRole"]);
  });
});

describe("model: users of any etcd", () => {
  const names = ["remote-west", "remote-north", "remote-gone", "root", "ann"];
  const grants = fc.uniqueArray(
    fc.record(
      {
        permission: fc.constantFrom("Read" as const, "Write" as const, "Readwrite" as const),
        key: fc.constantFrom(...WANTED.map(({ key }) => key), "", "/registry/"),
        end: fc.constantFrom(...WANTED.map(({ end }) => end), "", "\0"),
      },
      { noNullPrototype: true },
    ),
    { selector: ({ key, end }) => JSON.stringify([key, end]), maxLength: 6 },
  );
  const roles = fc.uniqueArray(fc.constantFrom("ops", "root", PEER_ROLE), { maxLength: 3 });
  const anyEtcd = fc
    .record({ grants: fc.option(grants, { nil: undefined }), users: fc.dictionary(fc.constantFrom(...names), roles) })
    .map(({ grants: ours, users }): LiveUsers => {
      const withRole = Object.entries(users).filter(([, has]) => ours !== undefined || !has.includes(PEER_ROLE));
      return { users: Object.fromEntries(withRole), ...(ours === undefined ? {} : { grants: ours }) };
    });
  const peers = fc.subarray(["remote-north", "remote-west"]);
  const foreign = (live: LiveUsers) =>
    Object.entries(live.users)
      .map(([user, has]) => [user, has.filter((role) => role !== PEER_ROLE)] as const)
      .filter(([user, has]) => has.length > 0 || !user.startsWith("remote-"));

  it("become as wanted whatever they were, also after a run that was killed, and then nothing is left to do", () => {
    fc.assert(
      fc.property(anyEtcd, peers, fc.nat(20), (live, users, killedAfter) => {
        const half = carriedOut(live, planGrant("east", users, live, []).slice(0, killedAfter));
        const after = carriedOut(half, planGrant("east", users, half, []));
        assert.deepEqual(byKey(after.grants), byKey(WANTED));
        const holders = Object.keys(after.users).filter((user) => after.users[user]?.includes(PEER_ROLE));
        assert.deepEqual(holders.sort(), [...users].sort());
        assert.deepEqual(planGrant("east", users, after, users), []);
        assert.deepEqual(new Map(foreign(after)), new Map(foreign(live)));
      }),
    );
  });

  it("lose everything of ours and nothing else, also in two goes", () => {
    fc.assert(
      fc.property(anyEtcd, peers, fc.nat(20), (live, users, killedAfter) => {
        const granted = carriedOut(live, planGrant("east", users, live, []));
        const half = carriedOut(granted, planRevoke(granted, users).slice(0, killedAfter));
        const after = carriedOut(half, planRevoke(half, users));
        assert.equal(after.grants, undefined);
        assert.ok(!Object.values(after.users).flat().includes(PEER_ROLE));
        assert.ok(users.every((user) => after.users[user]?.length !== 0));
        assert.deepEqual(new Map(foreign(after)), new Map(foreign(live)));
      }),
    );
  });
});
