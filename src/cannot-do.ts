// Why a command of the operator's cannot be carried out, in a sentence for him.

export class CannotDo extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CannotDo'
  }
}

/** What the system said of a file, as the end of a sentence. */
export function because(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  switch ('code' in error ? error.code : '') {
    case 'ENOENT':
      return 'there is no such file or directory'
    case 'ENOTDIR':
      return 'a part of its path is not a directory'
    case 'EISDIR':
      return 'it is a directory'
    case 'EACCES':
    case 'EPERM':
      return 'its rights do not allow it'
    case 'EROFS':
      return 'the file system can only be read'
    case 'ENOSPC':
    case 'EDQUOT':
    case 'SQLITE_FULL':
      return 'the disk is full'
    case 'SQLITE_NOTADB':
      return 'it is no database'
    case 'SQLITE_CORRUPT':
      return 'the database is damaged'
    default:
      return error.message
  }
}
