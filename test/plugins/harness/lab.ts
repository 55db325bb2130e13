/** The lab of the plugin tests: one cluster, apart from the engine level's. Labs of different names do not meet. */
export const PLUGIN_LAB = process.env["PLUGIN_LAB"] ?? "plugins";
