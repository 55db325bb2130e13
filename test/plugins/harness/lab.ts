/** The lab of the plugin tests: one cluster, apart from the engine level's. */
export const PLUGIN_LAB = "plugins";
