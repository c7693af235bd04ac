import { EventEmitter } from 'events';

const LIMIT = 5;

/**
 * Runs tasks one after another.
 */
export class Queue extends EventEmitter {
  constructor(options) {
    super();
    this.items = [];
    this.options = options;
  }

  // Tasks run in the order in which they came.
  push(task, label) {
    const entry = { task, label, attempts: 0 };
    this.items.push(entry);
    return entry;
  }

  async retry(entry) {
    while (entry.attempts < LIMIT) {
      entry.attempts += 1;
      try {
        return await entry.task();
      } catch (error) {
        this.emit('retry', error);
      }
    }
    return null;
  }

  describe(options) {
    const width = options?.width * 2;
    const title = format(options.title, width);
    return title + width;
  }
}

function format(text, width) {
  return text.padEnd(width, '.');
}
