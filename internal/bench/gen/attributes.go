package gen

import (
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// values are what the attributes of one trace have in common.
type values struct {
	order  int // order number, 0–999 999
	orders string
	user   string
	ip     string
	port   int64
	status int64 // HTTP status of the calls in between
}

func (v values) httpServer(a pcommon.Map, route, path, host string) {
	a.PutStr("http.request.method", "POST")
	a.PutStr("url.path", path)
	a.PutStr("url.scheme", "https")
	a.PutStr("http.route", route)
	a.PutInt("http.response.status_code", v.status)
	a.PutStr("server.address", host)
	a.PutInt("server.port", 8080)
	a.PutStr("client.address", v.ip)
	a.PutStr("network.peer.address", v.ip)
	a.PutInt("network.peer.port", v.port)
	a.PutStr("network.protocol.version", "1.1")
	a.PutStr("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36")
}

func (v values) httpClient(a pcommon.Map, host, url string) {
	a.PutStr("http.request.method", "POST")
	a.PutStr("url.full", url)
	a.PutStr("server.address", host)
	a.PutInt("server.port", 8080)
	a.PutInt("http.response.status_code", v.status)
	a.PutStr("network.peer.address", v.ip)
	a.PutInt("network.peer.port", 8080)
	a.PutStr("network.protocol.version", "1.1")
	a.PutStr("network.transport", "tcp")
	a.PutStr("user.id", v.user)
	a.PutInt("http.request.body.size", int64(500+v.order%500))
	a.PutInt("http.response.body.size", int64(900+v.order%900))
}

// oldHTTPServer has the seven old HTTP and network names of [OldNames].
func (v values) oldHTTPServer(a pcommon.Map, path, host string) {
	a.PutStr("http.method", "POST")
	a.PutStr("http.target", path)
	a.PutStr("http.scheme", "http")
	a.PutStr("http.route", "/charge/{order}")
	a.PutInt("http.status_code", v.status)
	a.PutStr("net.host.name", host)
	a.PutInt("server.port", 8080)
	a.PutStr("net.sock.peer.addr", v.ip)
	a.PutInt("network.peer.port", v.port)
	a.PutStr("network.protocol.version", "1.1")
	a.PutStr("http.user_agent", "Go-http-client/1.1")
	a.PutInt("thread.id", int64(v.order%200))
	a.PutStr("thread.name", "http-nio-8080-exec-"+strconv.Itoa(v.order%200))
}

// oldDatabaseClient has the three old database names of [OldNames].
func (v values) oldDatabaseClient(a pcommon.Map) {
	a.PutStr("db.system", "postgresql")
	a.PutStr("db.name", "payments")
	a.PutStr("db.statement", "SELECT c.id, c.token, c.expiry, c.issuer FROM cards c JOIN customers u ON u.id = c.customer_id WHERE u.id = ? AND c.active = ? ORDER BY c.created_at DESC LIMIT ?")
	a.PutStr("db.operation.name", "SELECT")
	a.PutStr("db.collection.name", "cards")
	a.PutStr("db.user", "payment_rw")
	a.PutStr("db.connection_string", "postgresql://pg-payments.shop-prod.svc:5432")
	a.PutStr("server.address", "pg-payments.shop-prod.svc")
	a.PutInt("server.port", 5432)
	a.PutInt("thread.id", int64(v.order%200))
	a.PutStr("thread.name", "http-nio-8080-exec-"+strconv.Itoa(v.order%200))
	a.PutStr("network.transport", "tcp")
}

func (v values) databaseClient(a pcommon.Map) {
	a.PutStr("db.system.name", "redis")
	a.PutStr("db.operation.name", "HGETALL")
	a.PutStr("db.query.text", "HGETALL stock:"+v.orders)
	a.PutStr("db.namespace", "0")
	a.PutStr("server.address", "redis-inventory.shop-prod.svc")
	a.PutInt("server.port", 6379)
	a.PutStr("network.peer.address", v.ip)
	a.PutInt("network.peer.port", 6379)
	a.PutStr("network.transport", "tcp")
	a.PutStr("network.type", "ipv4")
	a.PutInt("db.response.returned_rows", int64(v.order%20))
	a.PutStr("app.stock.site", "eu-west-1")
}

func (v values) internal(a pcommon.Map) {
	a.PutStr("code.function.name", "github.com/shop/checkout/order.(*Service).Prepare")
	a.PutStr("code.file.path", "/src/order/service.go")
	a.PutInt("code.line.number", 214)
	a.PutStr("app.order.id", v.orders)
	a.PutStr("app.user.id", v.user)
	a.PutStr("app.user.currency", "EUR")
	a.PutInt("app.cart.items.count", int64(v.order%17))
	a.PutDouble("app.order.amount", float64(v.order%100000)/100)
	a.PutBool("app.order.express", v.order%3 == 0)
	a.PutStr("app.shipping.tracking.id", "b2f7c1aa-"+v.orders)
	a.PutInt("thread.id", int64(v.order%64))
	a.PutStr("app.region", "eu-west-1")
}

// offsetKey is the position of a message in its partition; it makes the message unique.
const offsetKey = "messaging.kafka.offset"

func (v values) message(a pcommon.Map, operation, operationType, client string) {
	a.PutStr("messaging.system", "kafka")
	a.PutStr("messaging.destination.name", "orders")
	a.PutStr("messaging.operation.name", operation)
	a.PutStr("messaging.operation.type", operationType)
	a.PutStr("messaging.client.id", client)
	a.PutStr("messaging.destination.partition.id", strconv.Itoa(v.order%12))
	a.PutStr("messaging.kafka.message.key", v.orders)
	a.PutInt(offsetKey, int64(v.order)*7)
	a.PutInt("messaging.message.body.size", int64(300+v.order%700))
	a.PutStr("server.address", "kafka-0.kafka.shop-prod.svc")
	a.PutInt("server.port", 9092)
}

func (v values) consumer(a pcommon.Map) {
	v.message(a, "process", "process", "fraud-consumer-3")
	a.PutStr("messaging.consumer.group.name", "fraud-detector")
	a.PutDouble("app.fraud.score", float64(v.order%1000)/1000)
}

func (v values) rpc(a pcommon.Map, peerPort int64) {
	a.PutStr("rpc.system.name", "grpc")
	a.PutStr("rpc.method", "shop.Inventory/Reserve")
	a.PutStr("rpc.response.status_code", "OK")
	a.PutStr("server.address", "inventory.shop-prod.svc")
	a.PutInt("server.port", 5001)
	a.PutStr("network.peer.address", v.ip)
	a.PutInt("network.peer.port", peerPort)
	a.PutStr("network.transport", "tcp")
	a.PutStr("network.type", "ipv4")
	a.PutStr("network.protocol.name", "http")
	a.PutStr("network.protocol.version", "2")
	a.PutStr("app.region", "eu-west-1")
}
