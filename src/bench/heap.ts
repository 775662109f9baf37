// The most JavaScript heap seen during a run, sampled every 50 ms: Chromium's performance.memory in a page (heap only,
// rounded by the browser), process.memoryUsage in Node (heap and array buffers). Other browsers tell nothing.

interface PageMemory {
  usedJSHeapSize: number;
}

export interface HeapWatch {
  /** null where that is unknown. */
  readonly peakBytes: number | null;
  stop(): void;
}

function heapBytes(): number | null {
  const { memory } = performance as unknown as { memory?: PageMemory };
  if (memory) return memory.usedJSHeapSize;
  const { process } = globalThis as { process?: { memoryUsage?: () => { heapUsed: number; arrayBuffers: number } } };
  const usage = process?.memoryUsage?.();
  return usage ? usage.heapUsed + usage.arrayBuffers : null;
}

export function watchHeap(): HeapWatch {
  let peak = heapBytes();
  const look = () => void (peak = peak === null ? null : Math.max(peak, heapBytes() ?? 0));
  const timer = setInterval(look, 50);
  return {
    get peakBytes() {
      look();
      return peak;
    },
    stop: () => clearInterval(timer),
  };
}
