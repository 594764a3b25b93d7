import ArgumentParser
import GRDB
import Martlet

#if MySQL
import CMariaDB
#endif

@main
struct Chat: AsyncParsableCommand {
    func run() async throws {
        #if MySQL
        print(String(cString: mysql_get_client_info()))
        #endif
    }
}
