import type { World } from "../../../../look/liveMesh";
import type { StackMesh } from "../../../../look/stackMesh";
import { PLAIN } from "../../../../look/model/paint";
import { status } from "../../../../look/status";
import { KubectlError } from "../../../../components/kubernetes/kubectlError";
import type { Diagnostic } from "../../../../components/mesh/model/diagnostic";
import { membersOf } from "../../../../components/preflight/knownMesh";
import type { LiveCluster } from "../../../../components/preflight/model/liveCluster";
import { meshDescription } from "../../../../stacks/program/arguments";
import { toEnvironment } from "../../../../stacks/program/environment";
import { liveCluster, type LiveOptions } from "../preflight/live";
import { MEMBERS, type MeshInMemory } from "../command/runCommand";
import { clusterConfiguration, configuration } from "../stacks/configuration";

/** The stack with the three members. */
export function stackOfMembers(over: object = {}): StackMesh {
  const clusters = Object.fromEntries(MEMBERS.map(({ name }, index) => [name, clusterConfiguration(index + 1)]));
  const read = configuration({ clusters, owner: "o/p/s@0", ...over });
  const environment = toEnvironment(read);
  return {
    description: meshDescription(read, environment),
    managed: environment.managed,
    problems: [],
    encrypted: [],
  };
}

/** What the preflight has seen of the members; `over` by cluster. */
interface SeenOptions {
  readonly live?: Readonly<Record<string, LiveCluster>>;
  readonly options?: Readonly<Record<string, LiveOptions>>;
  readonly diagnostics?: readonly Diagnostic[];
  readonly access?: readonly Diagnostic[];
}

/** Clusters in memory as a world to look at. */
export function worldOf(mesh: MeshInMemory, seenOptions: SeenOptions = {}): World {
  const { live = {}, options = {}, diagnostics = [], access = [] } = seenOptions;
  return {
    lookAt: ({ description }) => {
      const members = membersOf(description);
      const seen = members.map(({ name, id }) => {
        const config = { "cluster-name": name, "cluster-id": String(id) };
        return [name, live[name] ?? liveCluster({ uid: name, config, ...options[name] })] as const;
      });
      return Promise.resolve({ members, live: new Map(seen), diagnostics, access });
    },
    contact: (name, _access, use) => {
      const api = mesh.get(name);
      if (api === undefined) throw new KubectlError(`nothing is known of ${name}`);
      return use(api);
    },
  };
}

/** What a status of the members printed, and its exit code. */
export async function statusOf(world: World, json = false, stack = stackOfMembers()) {
  let text = "";
  const output = { write: (some: string) => (text += some), paint: PLAIN };
  const code = await status("test", stack, json, output, world, new Date("2026-12-01T00:00:00Z"));
  return { code, text };
}
