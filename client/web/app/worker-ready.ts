/** What a worker of ours tells first, when its script is there. */
export const workerReady = 'ready'
