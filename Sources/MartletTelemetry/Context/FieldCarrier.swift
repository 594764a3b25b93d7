#if Telemetry
    import HTTPTypes
    import Instrumentation

    /// Reads what instruments look for in header fields, and writes what they add.
    struct FieldCarrier: Extractor, Injector {
        func extract(key: String, from fields: HTTPFields) -> String? {
            HTTPField.Name(key).flatMap { fields[$0] }
        }

        func inject(_ value: String, forKey key: String, into fields: inout HTTPFields) {
            // Values that can't be sent are left out: a trace is not worth a request.
            guard let name = HTTPField.Name(key), HTTPField.isValidValue(value) else { return }
            fields[name] = value
        }
    }
#endif
