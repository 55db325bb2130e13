import type { CiliumObjects } from "../cilium/model/agentConfig";
import { progress, type Verbs } from "../command/protocol";
import type { Recorded } from "../identity/model/recorded";
import type { ManagedObject } from "../kubernetes/model/managedObject";
import { manualRestoreCommands } from "./model/manualRestore";

/** What is known of a cluster that will never answer again. */
interface LostClusterArgs {
  readonly cluster: { readonly name: string; readonly context?: string | undefined };
  readonly cilium: CiliumObjects;
  readonly managedObjects: readonly ManagedObject[];
  /** Reads what `record` has printed. */
  readonly recorded: () => Recorded;
  /** What the same resource's last verb printed. */
  readonly previous: string;
}

/** The verbs of a lost cluster: none contacts it, and the last one prints the commands that restore it by hand. */
export function lostVerbs({ cluster, cilium, managedObjects, recorded, previous }: LostClusterArgs): Verbs {
  const name = `cluster "${cluster.name}"`;
  const nothing = () => Promise.resolve("");
  return {
    record: () =>
      Promise.reject(
        new Error(`${name}: is declared lost, and nothing of it is known here; remove it from the configuration`),
      ),
    keep: () => {
      progress(`${name}: is declared lost and not asked any more; remove it from the configuration for the next up`);
      return Promise.resolve(JSON.stringify({ ...recorded(), lost: true }));
    },
    rollOut: nothing,
    updateObjects: () => Promise.resolve(previous),
    removeObjects: nothing,
    restore: nothing,
    release: () => {
      const commands = manualRestoreCommands({
        cilium,
        context: cluster.context,
        managedObjects,
        recorded: recorded(),
      });
      // One line, for Pulumi shows the last one of a command, and to be pasted.
      progress(
        `${name}: left without being asked; should it ever return, this gives it back: ${commands.join(" && ")}`,
      );
      return nothing();
    },
  };
}
