import { inCluster, is, notAllowed, type Fault } from "./fault";

/** Pod and node ranges. */
export const ranges: readonly Fault[] = [
  ...(["podCIDRs", "nodeCIDRs"] as const).flatMap((own) => [
    ...(["podCIDRs", "nodeCIDRs"] as const).map((theirs) =>
      inCluster(`${own} that overlap with ${theirs} of another cluster`, "overlap", (cluster, other, { settings }) => {
        // Nodes of two clusters may share a subnet, and pods where they get addresses of it.
        const allowed = settings["allow"] as readonly string[] | undefined;
        const mayOverlap = own === theirs && own === "nodeCIDRs";
        const range = mayOverlap || allowed?.includes("sharedSubnets") === true ? undefined : other[theirs].at(-1);
        const to = { ...cluster, [own]: [...cluster[own], range] };
        // The line is about the second by name, and names the property of either.
        return range === undefined
          ? undefined
          : { to, property: `${own}|${theirs}`, reason: is("overlaps"), between: true };
      }),
    ),
    inCluster(`${own} that hold a range twice`, "own overlap", (cluster) => {
      const to = { ...cluster, [own]: [...cluster[own], cluster[own][0]] };
      return { to, property: own, reason: is("overlaps its own") };
    }),
    inCluster(`no ${own}`, own, (cluster) => ({
      to: { ...cluster, [own]: [] },
      property: own,
      reason: is("is empty"),
    })),
    ...["10.0.0.0", "10/8", "010.0.0.0/8", "10.0.0.0/33", "fd00::/129", "::ffff/-1", "x", "", "10.0.0.0/8\n"].map(
      (text) =>
        inCluster(`${own} with ${JSON.stringify(text)}`, own, (cluster) => {
          return { to: { ...cluster, [own]: [...cluster[own], text] }, property: own, reason: is("is not a CIDR") };
        }),
    ),
    inCluster(`${own} that are a text`, own, (cluster) => {
      return { to: { ...cluster, [own]: "10.0.0.0/8" }, property: own, reason: notAllowed };
    }),
  ]),
];
