import { z } from "zod";
import { objectName } from "./texts";

/** Names of Cilium's objects. The defaults are those of its Helm chart; a hand-made install may have others. */
export const cilium = z
  .strictObject({
    namespace: objectName
      .default("kube-system")
      .describe("Namespace of Cilium. Stays what it is while a cluster is in the mesh."),
    configMap: objectName
      .default("cilium-config")
      .describe("ConfigMap with the agents' configuration. Stays what it is while a cluster is in the mesh."),
    daemonSet: objectName
      .default("cilium")
      .describe("DaemonSet of the agents. Stays what it is while a cluster is in the mesh."),
    operator: z
      .union([objectName, z.literal(false)])
      .default("cilium-operator")
      .describe(
        "Deployment of the operator; `false` where none is installed. Stays what it is while a cluster is in the mesh.",
      ),
  })
  .prefault({});
