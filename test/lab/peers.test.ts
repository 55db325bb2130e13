import assert from "node:assert/strict";
import type { LabCluster } from "../../lab";
import { agentUids } from "../support/cilium/agents";
import { databaseIp, ping, verdictsHold } from "./support/demo/verdicts";
import { listenToDrops } from "./support/drops";
import { level, twoClusters } from "./support/level";
import { meshed } from "./support/mesh";
import { changePeerFiles } from "./support/peers/peerSecret";
import { identityOf, meshReady, peerForgotten } from "./support/peers/peers";
import { labRouting } from "./support/routing";
import { timed } from "./support/say";

const WORLD = 2;
const EMPLOYEE = { namespace: "istio-space", pod: "employee-0" } as const;

describe("a peer file that is taken away and given back", function () {
  this.timeout("3m");
  let here: LabCluster;
  let there: LabCluster;
  let giveBack: (() => Promise<void>) | undefined;
  let uids: readonly string[];

  const employeeIp = async (): Promise<string> =>
    (
      await there.run([
        "get",
        "pod",
        EMPLOYEE.pod,
        `--namespace=${EMPLOYEE.namespace}`,
        "--output=jsonpath={.status.podIP}",
      ])
    ).stdout;
  /** Who sent a packet, as a drop says: a tunnel brings an identity along, which the agent does not know any more. */
  const isStranger = (identity: string): boolean =>
    labRouting() === "tunnel" ? Number(identity) >> 16 === there.id : identity === "world";
  /** What every node of the first cluster takes the remote employee for. */
  const takenFor = async (): Promise<readonly number[]> => {
    const ip = await employeeIp();
    return Promise.all(here.nodes.map((node) => identityOf(here, node, ip)));
  };

  before(async () => {
    [here, there] = await twoClusters();
    await meshed();
    uids = await agentUids(here);
  });

  after(async () => {
    await giveBack?.();
    await meshReady([here, there]);
  });

  it("makes the remote employee one of the world, whom the policy drops", async () => {
    assert.ok((await takenFor()).every((identity) => identity >> 16 === there.id));
    giveBack = await changePeerFiles(here, () => ({ [there.name]: null }));
    await timed("peer forgotten", () => peerForgotten(here, there));
    assert.deepEqual(
      await takenFor(),
      here.nodes.map(() => WORLD),
    );
    const [ip, database] = [await employeeIp(), await databaseIp(here)];
    const drops = await listenToDrops(here, here.nodes[0] ?? assert.fail());
    try {
      assert.equal(await ping(there, EMPLOYEE.namespace, EMPLOYEE.pod, database), "no answer");
      const denied = (line: string) =>
        line.includes("Policy denied") &&
        isStranger(/identity (\w+)->/.exec(line)?.[1] ?? "") &&
        line.includes(`${ip}:`) &&
        line.includes(database);
      await drops.until("the drop of the employee as one whom nobody knows", denied);
    } finally {
      drops.stop();
    }
  });

  it("is seen by a look at the mesh, which names the peer", async () => {
    const { code, text } = await (await level()).workstation.look("status", "--stack=local");
    assert.equal(code, 1, text);
    assert.match(text, /^1 of 2 pairs ready/m);
    assert.match(text, new RegExp(`cluster "${here.name}": agent \\S+ on node \\S+, peer "${there.name}"`));
  });

  it("lets it in again without a restart of any agent", async () => {
    await (giveBack ?? assert.fail("nothing was taken away"))();
    await timed("peer ready again", () => meshReady([here, there]));
    await verdictsHold([here, there]);
    assert.ok((await takenFor()).every((identity) => identity >> 16 === there.id));
    assert.deepEqual(await agentUids(here), uids);
  });
});
