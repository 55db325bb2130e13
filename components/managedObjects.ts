import { demoObjects, type DemoSettings } from "./demo/model/demo";
import type { ManagedObject } from "./kubernetes/model/managedObject";

/** The settings that decide which objects a stack makes in its clusters. */
export interface ManagedObjectSettings {
  readonly cilium: { readonly namespace: string };
  readonly peerSecret: string;
  readonly etcdServerSecret: string;
}

/**
 * The objects that a stack makes in a cluster. No other owner may have them; a Secret with peers is the exception, where it is adopted.
 *
 * @param issuesServers Whether the authority issues the etcds' server certificates.
 */
export function managedObjectsOf(
  cluster: string,
  settings: ManagedObjectSettings,
  issuesServers: boolean,
  demo: DemoSettings | undefined,
): readonly ManagedObject[] {
  const { namespace } = settings.cilium;
  const secret = (name: string): ManagedObject => ({ resource: "secrets", name, namespace });
  return [
    secret(settings.peerSecret),
    ...(issuesServers ? [secret(settings.etcdServerSecret)] : []),
    ...(demo === undefined ? [] : demoObjects(demo, cluster)),
  ];
}
