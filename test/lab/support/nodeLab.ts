/** The lab of the lab level. */
export const NODE_LAB = "lab";
