// What is free on the disk, looked at often enough to refuse mail before it is full.
import type { Room } from '../storage/room.ts'
import { every, type Task } from './every.ts'

const second = 1000

export const watchDisk = (room: Room, defect: (error: unknown) => void): Task =>
  every(second, () => room.measure(), defect)
