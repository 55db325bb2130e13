import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { isOn } from "../../cilium/model/agentBoolean";
import { commonValue } from "./commonValue";
import { agentSettings } from "./liveCluster";
import type { InspectedCluster } from "./policy";
import { unseen } from "./unseen";

/** Keys by which clusters encrypt with IPsec: one for the whole mesh. */
export function ipsecKeys(found: readonly InspectedCluster[]): readonly Diagnostic[] {
  const encrypting = found.filter(({ live }) => isOn(agentSettings(live)?.["enable-ipsec"]));
  const keys = encrypting.flatMap(({ cluster, live }) => {
    const key = live.network?.ipsecKey;
    return key === undefined ? [] : [{ cluster: cluster.name, id: key.id, value: `${key.id} ${key.digest}` }];
  });
  const reference = commonValue(keys);
  const other = keys.find(({ cluster }) => cluster === reference?.cluster);
  return [
    ...keys
      .filter(({ value }) => value !== reference?.value)
      .map(({ cluster, id }) =>
        error({
          cluster,
          property: "live IPsec key",
          value: id,
          reason: `is not key ${other?.id ?? ""} of cluster ${JSON.stringify(reference?.cluster)}${id === other?.id ? ", though it has the same number" : ""}`,
          fix: "give every cluster of the mesh the same Secret cilium-ipsec-keys: the other side drops what it cannot decrypt",
        }),
      ),
    ...encrypting
      .filter(({ live }) => encrypting.length > 1 && live.network?.ipsecKey === undefined)
      .map(({ cluster }) => unseen(cluster.name, "the IPsec key", "its Secret could not be read")),
  ];
}
