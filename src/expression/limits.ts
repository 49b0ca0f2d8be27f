/** Every limit of the expression language, so that no expression can be slow or large. */

/** Characters (UTF-16 units) of one source. */
export const SOURCE_LENGTH_MAX = 1024;
/** Brackets, calls, prefix operators, powers and `else` branches inside each other. */
export const DEPTH_MAX = 32;
/** Steps of one evaluation: values looked at or put into lists, at all levels; 64 characters count as one. */
export const STEPS_MAX = 10_000;
/** UTF-16 units of a text, and items of a list, that an expression makes. */
export const RESULT_LENGTH_MAX = 10_000;
/** Lists and mappings inside each other in a list that an expression makes; a stored context nests at most 32 deep. */
export const RESULT_DEPTH_MAX = 30;
/** Characters of a pattern. */
export const PATTERN_LENGTH_MAX = 512;
/** Characters that a pattern is tried on. */
export const PATTERN_INPUT_MAX = 10_000;
/** Characters of one text with `{{ }}` before it is rendered; longer ones stay as they are. */
export const TEMPLATE_LENGTH_MAX = 262_144;
/** Placeholders that one rendering evaluates. */
export const PLACEHOLDERS_MAX = 1000;
/** Characters that one rendering puts in. */
export const RENDERED_LENGTH_MAX = 1_000_000;
/** Lists and mappings inside each other in a template. */
export const TEMPLATE_DEPTH_MAX = 64;
/** Values inside each other that are printed or compared. */
export const VALUE_DEPTH_MAX = 64;
