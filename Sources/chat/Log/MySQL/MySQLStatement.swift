#if MySQL
    import CMariaDB

    /// A prepared statement.
    final class MySQLStatement {
        private let pointer: UnsafeMutablePointer<MYSQL_STMT>

        init(_ pointer: UnsafeMutablePointer<MYSQL_STMT>) {
            self.pointer = pointer
        }

        deinit {
            mysql_stmt_close(pointer)
        }

        func prepare(_ sql: String) throws(MySQLError) {
            guard mysql_stmt_prepare(pointer, sql, CUnsignedLong(sql.utf8.count)) == 0 else { throw failure() }
        }

        /// Executes the statement with a value for each of its parameters.
        func execute(_ values: [MySQLConnection.Value]) throws(MySQLError) {
            guard mysql_stmt_param_count(pointer) == values.count else {
                throw MySQLError(code: 2031, message: "The statement has a different number of parameters")
            }
            // The library reads the values while it executes, so they need memory with a stable address until then.
            let binds = UnsafeMutablePointer<MYSQL_BIND>.allocate(capacity: max(values.count, 1))
            binds.initialize(repeating: MYSQL_BIND(), count: values.count)
            var buffers: [UnsafeMutableRawPointer] = []
            defer {
                for buffer in buffers { buffer.deallocate() }
                binds.deinitialize(count: values.count)
                binds.deallocate()
            }
            for (index, value) in values.enumerated() {
                switch value {
                case .integer(let number):
                    let buffer = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
                    buffer.storeBytes(of: Int64(number), as: Int64.self)
                    buffers.append(buffer)
                    binds[index].buffer_type = MYSQL_TYPE_LONGLONG
                    binds[index].buffer = buffer
                case .text(let text):
                    let bytes = Array(text.utf8)
                    let buffer = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 1)
                    buffer.copyMemory(from: bytes, byteCount: bytes.count)
                    buffers.append(buffer)
                    binds[index].buffer_type = MYSQL_TYPE_STRING
                    binds[index].buffer = buffer
                    binds[index].buffer_length = CUnsignedLong(bytes.count)
                case .null:
                    binds[index].buffer_type = MYSQL_TYPE_NULL
                }
            }
            if !values.isEmpty, mysql_stmt_bind_param(pointer, binds) != 0 { throw failure() }
            guard mysql_stmt_execute(pointer) == 0 else { throw failure() }
        }

        /// The number of rows that were changed.
        var changedRows: Int { Int(truncatingIfNeeded: mysql_stmt_affected_rows(pointer)) }

        /// All rows of the result.
        func rows() throws(MySQLError) -> [[MySQLConnection.Value]] {
            defer { mysql_stmt_free_result(pointer) }
            let columns = Int(mysql_stmt_field_count(pointer))
            guard columns > 0 else { return [] }
            // Without buffers at first: a fetch returns the lengths, and the columns are then fetched one by one.
            let cells = UnsafeMutablePointer<Cell>.allocate(capacity: columns)
            cells.initialize(repeating: Cell(), count: columns)
            let binds = UnsafeMutablePointer<MYSQL_BIND>.allocate(capacity: columns)
            binds.initialize(repeating: MYSQL_BIND(), count: columns)
            defer {
                binds.deinitialize(count: columns)
                binds.deallocate()
                cells.deinitialize(count: columns)
                cells.deallocate()
            }
            for index in 0..<columns {
                binds[index].buffer_type = MYSQL_TYPE_STRING
                let cell = UnsafeMutableRawPointer(cells + index)
                let (length, isNull) = (
                    MemoryLayout<Cell>.offset(of: \.length), MemoryLayout<Cell>.offset(of: \.isNull)
                )
                binds[index].length = (cell + (length ?? 0)).assumingMemoryBound(to: CUnsignedLong.self)
                binds[index].is_null = (cell + (isNull ?? 0)).assumingMemoryBound(to: my_bool.self)
            }
            guard mysql_stmt_bind_result(pointer, binds) == 0, mysql_stmt_store_result(pointer) == 0 else {
                throw failure()
            }
            var rows: [[MySQLConnection.Value]] = []
            while true {
                switch mysql_stmt_fetch(pointer) {
                case 0, Self.truncated:
                    var row: [MySQLConnection.Value] = []
                    for index in 0..<columns { row.append(try value(of: index, cells[index])) }
                    rows.append(row)
                case Self.noMoreRows:
                    return rows
                default:
                    throw failure()
                }
            }
        }

        /// The result of a fetch for one column.
        private struct Cell {
            var length: CUnsignedLong = 0
            var isNull: my_bool = 0
        }

        // Macros that Swift does not import.
        private static let noMoreRows: CInt = 100
        private static let truncated: CInt = 101

        private func value(of column: Int, _ cell: Cell) throws(MySQLError) -> MySQLConnection.Value {
            guard cell.isNull == 0 else { return .null }
            let capacity = Int(cell.length)
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(capacity, 1), alignment: 1)
            defer { buffer.deallocate() }
            var length = CUnsignedLong(0)
            var bind = MYSQL_BIND()
            bind.buffer_type = MYSQL_TYPE_STRING
            bind.buffer = buffer.baseAddress
            bind.buffer_length = CUnsignedLong(capacity)
            let result = withUnsafeMutablePointer(to: &length) { length in
                bind.length = length
                return mysql_stmt_fetch_column(pointer, &bind, CUnsignedInt(column), 0)
            }
            guard result == 0 else { throw failure() }
            return .text(String(decoding: UnsafeRawBufferPointer(buffer).prefix(capacity), as: UTF8.self))
        }

        private func failure() -> MySQLError {
            MySQLError(code: mysql_stmt_errno(pointer), message: String(cString: mysql_stmt_error(pointer)))
        }
    }
#endif
