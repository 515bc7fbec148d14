BEGIN TRANSACTION;
CREATE TABLE breaches (
	seq INTEGER NOT NULL, 
	origin VARCHAR, 
	timestamp_us BIGINT NOT NULL, 
	"limit" VARCHAR NOT NULL, 
	value FLOAT NOT NULL, 
	threshold FLOAT, 
	PRIMARY KEY (seq), 
	UNIQUE (origin)
);
INSERT INTO "breaches" VALUES(10,'d/0',1768478400000000,'daily_loss',-50.0,-100.0);
CREATE TABLE control (
	seq INTEGER NOT NULL, 
	timestamp_us BIGINT NOT NULL, 
	action VARCHAR NOT NULL, 
	scope VARCHAR NOT NULL, 
	actor VARCHAR NOT NULL, 
	via VARCHAR NOT NULL, 
	reason VARCHAR, 
	halt_ids VARCHAR NOT NULL, 
	acked_seq BIGINT, 
	open_orders INTEGER, 
	hash VARCHAR NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "control" VALUES(3,1768478580000000,'halt','kalshi','alice','discord','feed is late','',NULL,NULL,'814a259769e0353a15a7f02c037cb0012b015d474376c30aff649cc0d02c44c6');
INSERT INTO "control" VALUES(4,1768478581000000,'ack','kalshi','bot-1','engine',NULL,'',3,0,'edbefdd7c05e9f7d7c0208d562be792696fe7316a212b6a58b3f3b63cc0be8b0');
INSERT INTO "control" VALUES(8,1768478880000000,'resume','kalshi','bob','rest','back','3',NULL,NULL,'bd5f2b995c33064ecf6d03afcec02b4e07b739f193b93382e8b81088fb65b41c');
INSERT INTO "control" VALUES(9,1768478980000000,'halt','all','alice','rest','night','',NULL,NULL,'b255ccd2a8d6bbb80f95be8aa1d91b6587e8b8c4744985fd579a94b18424ea7e');
CREATE TABLE errors (
	seq INTEGER NOT NULL, 
	origin VARCHAR, 
	timestamp_us BIGINT NOT NULL, 
	kind VARCHAR NOT NULL, 
	message VARCHAR NOT NULL, 
	venue VARCHAR, 
	PRIMARY KEY (seq), 
	UNIQUE (origin)
);
INSERT INTO "errors" VALUES(6,'c/1',1768478400000000,'connection','lost','kalshi');
CREATE TABLE fills (
	seq INTEGER NOT NULL, 
	fill_id VARCHAR NOT NULL, 
	timestamp_us BIGINT NOT NULL, 
	pair_id VARCHAR NOT NULL, 
	entry_edge_microusd BIGINT NOT NULL, 
	realized_edge_microusd BIGINT NOT NULL, 
	slippage_microusd BIGINT NOT NULL, 
	fees_microusd BIGINT NOT NULL, 
	size_microusd BIGINT NOT NULL, 
	pnl_microusd BIGINT NOT NULL, 
	category VARCHAR, 
	leader VARCHAR, 
	hedge_latency_ms FLOAT, 
	status VARCHAR NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (fill_id)
);
INSERT INTO "fills" VALUES(1,'f-1',1768478460000000,'pm-0x1234:kalshi-ABC',32000,25000,4000,3000,60000000,1501234,'economics','polymarket',120.0,'filled');
INSERT INTO "fills" VALUES(2,'f-2',1768478520000000,'pm-0x1234:kalshi-ABC',32000,25000,4000,3000,60000000,-200000,NULL,'polymarket',120.0,'filled');
INSERT INTO "fills" VALUES(5,'f-4',1768478640000000,'pm-0x1234:kalshi-ABC',32000,25000,4000,3000,60000000,1501234,'economics','polymarket',120.0,'filled');
CREATE TABLE hours (
	hour INTEGER NOT NULL, 
	pnl_microusd BIGINT NOT NULL, 
	fills INTEGER NOT NULL, 
	PRIMARY KEY (hour)
);
INSERT INTO "hours" VALUES(491244,3002468,3);
CREATE TABLE meta (
	"key" VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema','2');
CREATE TABLE reversals (
	seq INTEGER NOT NULL, 
	fill_id VARCHAR NOT NULL, 
	timestamp_us BIGINT NOT NULL, 
	reverses VARCHAR NOT NULL, 
	pnl_microusd BIGINT NOT NULL, 
	reason VARCHAR, 
	PRIMARY KEY (seq), 
	UNIQUE (fill_id), 
	UNIQUE (reverses)
);
INSERT INTO "reversals" VALUES(7,'r-1',1768478940000000,'f-2',200000,NULL);
CREATE TABLE summary (
	id INTEGER NOT NULL, 
	realized BIGINT NOT NULL, 
	peak BIGINT NOT NULL, 
	max_drawdown BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "summary" VALUES(1,3002468,3002468,-200000);
COMMIT;
