import type { MeshRanges } from "./meshChange";

const listed = (text: string): readonly string[] => (text === "" ? [] : text.split(","));

/**
 * Ranges as a short text: for each cluster its name, its pods' CIDRs and its nodes' CIDRs, as `west 10.1.0.0/16 192.168.1.0/24,fd00::/64`, with `;`
 * between clusters. The state of every policy check holds those of all clusters twice, so that the text grows with the square of their number.
 */
export function rangesText(ranges: MeshRanges): string {
  return Object.entries(ranges)
    .map(([name, { podCIDRs, nodeCIDRs }]) => [name, podCIDRs.join(","), nodeCIDRs.join(",")].join(" "))
    .join(";");
}

/** What {@link rangesText} has written. */
export function rangesOfText(text: string): MeshRanges {
  const clusters = text === "" ? [] : text.split(";");
  return Object.fromEntries(
    clusters.map((each) => {
      const [name = "", pods = "", nodes = ""] = each.split(" ");
      return [name, { podCIDRs: listed(pods), nodeCIDRs: listed(nodes) }];
    }),
  );
}
