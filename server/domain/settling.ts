/**
 * How long AWS' states on the way are shown of a change that is done when its call is answered: clients wait for its end
 * as they do on AWS, and find it soon. They follow from when the change was made, so that nothing has to happen for them
 * to end, and a crash leaves none behind. Milliseconds.
 */
export const settlingMs = 500

/** Whether a change is still shown as being made. `since`: milliseconds since the epoch; undefined: there was none. */
export const isSettling = (since: number | undefined, now: number): boolean => since !== undefined && now < since + settlingMs
