"""Apache Kafka as a transport: a topic for each service, published by its relay, read by the others' workers."""
