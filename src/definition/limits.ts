/** How large a machine may be; beyond these sizes nobody can read one, and a hostile one could take a process down. */

export const STATES_MAX = 2000;
export const TRANSITIONS_MAX = 5000;
/** Sources of all transitions together, `*` unfolded: what the engine keeps an entry for. */
export const SOURCES_MAX = 100_000;
/** Regions of one parallel state. */
export const REGIONS_MAX = 64;
/** Levels of states inside states. */
export const HIERARCHY_MAX = 32;
/** Guards of one transition, actions of one list. */
export const LIST_MAX = 100;
/** `branch`, `foreach` and `block` inside each other; the engine runs fewer levels of `branch`. */
export const ACTION_DEPTH_MAX = 16;
/** Submachines inside each other. */
export const SUBMACHINE_DEPTH_MAX = 10;
export const MICROSTEPS_DEFAULT = 100;
export const MICROSTEPS_DEFAULT_SCXML = 1000;
export const MICROSTEPS_MAX = 10_000;
