import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { lostRemoteUsers, remoteUsers, type RemoteUsersArgs } from "../../../components/apiserver/remoteUsers";
import { apiserverInput } from "../../../components/apiserver/verbs";
import { OCCASION_VARIABLE } from "../../../components/command/protocol";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { commandInput } from "../support/meshProgram";
import { run, type Registered } from "../support/pulumiMocks";

const shared = { cluster: { name: "west" }, owner: "ours", settings: DEFAULT_SETTINGS };

async function registered(args: Partial<RemoteUsersArgs> = {}): Promise<Registered> {
  const { resources } = await run(() => {
    const uid = pulumi.output<string | undefined>("uid-of-west");
    const access = { kind: "context", context: "ctx" } as const;
    remoteUsers("mesh-west", { ...shared, users: ["remote-east", "remote-north"], access, uid, ...args }, {});
  });
  const [command] = resources.filter(({ type }) => type.endsWith(":Command"));
  assert.ok(command);
  return command;
}

const occasion = ({ inputs }: Registered) => (inputs["environment"] as Record<string, string>)[OCCASION_VARIABLE];

describe("the resource of remote users", () => {
  it("has the users, and the cluster that was recorded", async () => {
    const command = await registered();
    assert.equal(command.name, "mesh-west-remote-users");
    const { create, update, delete: last } = command.inputs;
    assert.deepEqual([create, update, last], ["grantUsers", "grantUsers", "revokeUsers"]);
    assert.deepEqual(commandInput(command), {
      cluster: { name: "west", context: "ctx" },
      cilium: DEFAULT_SETTINGS.cilium,
      owner: "ours",
      users: ["remote-east", "remote-north"],
      clusterUid: "uid-of-west",
    });
    assert.ok(apiserverInput.safeParse(commandInput(command)).success);
    assert.ok(!("stdin" in command.inputs));
  });

  it("runs again for drift", async () => {
    assert.equal(occasion(await registered()), undefined);
    assert.equal(occasion(await registered({ drift: "users: remote-east" })), "users: remote-east");
  });

  it("says nothing of a cluster of which nothing was recorded", async () => {
    const command = await registered({ uid: pulumi.output<string | undefined>(undefined) });
    assert.ok(!("clusterUid" in commandInput(command)));
    assert.ok(apiserverInput.safeParse(commandInput(command)).success);
  });

  it("takes the users of the largest mesh as its plain input", async () => {
    const users = Array.from({ length: 511 }, (_, n) => `remote-${String(n).padStart(32, "c")}`);
    const command = await registered({ users });
    assert.equal((commandInput(command)["users"] as string[]).length, 511);
    assert.ok(!("stdin" in command.inputs));
  });

  it("of a lost cluster is the same one, with an input by which nothing is asked", async () => {
    const { resources } = await run(() => {
      lostRemoteUsers("mesh-west", shared, {});
    });
    const [command] = resources.filter(({ type }) => type.endsWith(":Command"));
    assert.ok(command);
    assert.equal(command.urn, (await registered()).urn);
    const { cilium } = DEFAULT_SETTINGS;
    assert.deepEqual(commandInput(command), {
      cluster: { name: "west" },
      cilium,
      owner: "ours",
      users: [],
      lost: true,
    });
    assert.ok(apiserverInput.safeParse(commandInput(command)).success);
  });
});
