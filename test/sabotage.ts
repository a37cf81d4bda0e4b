// Loaded before the server by defects.test.ts: reading BANG has a defect, so has what HELP does, a callback after BOOM,
// and a promise behind VRFY that nobody waits for.
import { Session } from '../src/smtp/session.ts'

const { _onCommand } = Session.prototype
Session.prototype._onCommand = function (command, next) {
  const name = command.toString()
  if (name === 'BANG') throw new Error('sabotaged reading')
  if (name !== 'BOOM') {
    _onCommand.call(this, command, next)
    return
  }
  setImmediate(() => {
    throw new Error('a sabotaged callback')
  })
}
Session.prototype.handler_HELP = () => {
  throw new Error('a sabotaged command')
}
Session.prototype.handler_VRFY = (_command, next) => {
  void Promise.reject(new Error('a sabotaged promise'))
  next()
}
