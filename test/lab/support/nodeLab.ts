/** The lab of the lab level. */
export const NODE_LAB = "lab";
/** A lab beside it, of clusters in the modes with clustermesh-apiserver. */
export const MODES_LAB = "lab-modes";
/** One more, of meshes of such clusters. */
export const MESHES_LAB = "lab-meshes";
/** One whose agents read their peers in one way and the other. */
export const READINGS_LAB = "lab-readings";
/** One for each of the IP families that clusters may have. */
export const FAMILIES_LAB = "lab-families";
/** One of three clusters whose connections to each other are counted. */
export const ACROSS_LAB = "lab-across";
/** One that is watched for long. */
export const WATCHES_LAB = "lab-watches";
/** One for what Cilium's own CLI says of a mesh. */
export const CLI_LAB = "lab-cli";
/** One whose roll-outs take long. */
export const SLOW_LAB = "lab-slow";
