//! The story of watching, end to end: the program on its sandbox, a configured log group and bucket, invocations through the real SDK; their records
//! appear in Logs, a large body comes from S3, and the Dashboard counts them.

use std::future::Future;
use std::time::Duration;

use outcrop::app::dashboard::{BoardId, DashboardCommand};
use outcrop::app::logs::LogsCommand;
use outcrop::app::window::{App, Opening};
use outcrop::app::{Command, Screen, State};
use outcrop::aws::bedrock::{CloudWatchDestination, LoggingConfig, PutModelInvocationLoggingConfiguration, S3Destination};
use outcrop::aws::bedrock_runtime::{Converse, ConverseRequest, Message};
use outcrop::aws::iam::{CreateRole, PutRolePolicy};
use outcrop::aws::logs::CreateLogGroup;
use outcrop::aws::s3::{CreateBucket, PutBucketOwnershipControls, PutBucketPolicy};
use outcrop::aws::{Session, recorder};
use outcrop::base::clock::Stopwatch;
use outcrop::logs::filter::Dimension;
use outcrop::runtime::Options;
use serde_json::json;

const GROUP: &str = "/outcrop/watch";
const BUCKET: &str = "outcrop-watch-bodies";
const MODEL: &str = "us.anthropic.claude-haiku-4-5-20251001-v1:0";

/// The program without a window.
struct Program {
    app: App,
    context: egui::Context,
    tokio: tokio::runtime::Runtime,
    home: tempfile::TempDir,
}

impl Program {
    fn on_the_sandbox() -> Self {
        let home = tempfile::tempdir().unwrap();
        let context = egui::Context::default();
        let options = Options { home: home.path().to_owned(), ..Options::standard() };
        let app = App::new(&context, options, Opening::Sandbox).unwrap();
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut program = Self { app, context, tokio, home };
        program.until("the sandbox is open", |state| state.connection.environment().is_some());
        program
    }

    /// Takes events until `done`; a minute is enough for anything here.
    fn until(&mut self, what: &str, done: impl Fn(&State) -> bool) {
        let watch = Stopwatch::start();
        while !done(self.app.state()) {
            assert!(
                watch.elapsed() < Duration::from_mins(1),
                "in vain: {what}\n{:?}\n{:?}",
                self.app.state().logs,
                self.app.state().notices
            );
            self.app.logic(&self.context);
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }

    fn call<T, F: Future<Output = T>>(&self, call: impl FnOnce(Session) -> F) -> T {
        let environment = self.app.state().connection.environment().unwrap().clone();
        self.tokio.block_on(async { call(Session::connect(&environment, recorder::no_recorder()).await.unwrap()).await })
    }

    fn ask(&self, text: String) -> String {
        let request = ConverseRequest {
            model_id: MODEL.to_owned(),
            messages: vec![Message::user(text)],
            max_tokens: Some(200),
            ..ConverseRequest::default()
        };
        self.call(async |session| session.run(Converse(request)).await.unwrap().request_id.unwrap())
    }

    fn configure_logging(&self) {
        let account = self.app.state().connection.current.value().unwrap().account.clone();
        self.call(async |session| configure(session, &account).await);
    }
}

/// The destinations with the policies that Bedrock asks for; the role takes a while to be known to services.
async fn configure(session: Session, account: &str) {
    let condition = json!({"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": format!("arn:aws:bedrock:us-east-1:{account}:*")}});
    let service = json!({"Service": "bedrock.amazonaws.com"});
    let statement = |body: serde_json::Value| json!({"Version": "2012-10-17", "Statement": [body]}).to_string();
    let trust = statement(json!({"Effect": "Allow", "Principal": service, "Action": "sts:AssumeRole", "Condition": condition}));
    let stream = format!("arn:aws:logs:us-east-1:{account}:log-group:{GROUP}:log-stream:aws/bedrock/modelinvocations");
    let may_log = statement(json!({"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": stream}));
    let resource = format!("arn:aws:s3:::{BUCKET}/AWSLogs/{account}/BedrockModelInvocationLogs/*");
    let may_put =
        statement(json!({"Effect": "Allow", "Principal": service, "Action": "s3:PutObject", "Resource": resource, "Condition": condition}));
    session.run(CreateLogGroup { log_group_name: GROUP.to_owned(), kms_key_id: None, tags: Vec::new() }).await.unwrap();
    session.run(CreateBucket { bucket: BUCKET.to_owned(), region: "us-east-1".to_owned() }).await.unwrap();
    session.run(PutBucketOwnershipControls { bucket: BUCKET.to_owned(), ownership: "BucketOwnerEnforced".to_owned() }).await.unwrap();
    session.run(PutBucketPolicy { bucket: BUCKET.to_owned(), policy: may_put }).await.unwrap();
    let role = CreateRole { role_name: "watch".to_owned(), assume_role_policy_document: trust, description: None, tags: Vec::new() };
    let role_arn = session.run(role).await.unwrap().arn;
    let policy = PutRolePolicy { role_name: "watch".to_owned(), policy_name: "logs".to_owned(), policy_document: may_log };
    session.run(policy).await.unwrap();
    let large_data = Some(S3Destination { bucket: BUCKET.to_owned(), prefix: String::new() });
    let cloud_watch = Some(CloudWatchDestination { log_group: GROUP.to_owned(), role_arn, large_data });
    let config = LoggingConfig { cloud_watch, text: true, ..LoggingConfig::default() };
    let watch = Stopwatch::start();
    while let Err(error) = session.run(PutModelInvocationLoggingConfiguration { config: config.clone() }).await {
        assert!(watch.elapsed() < Duration::from_mins(1), "{error}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[test]
fn invocations_appear_in_logs_and_on_the_dashboard() {
    let mut program = Program::on_the_sandbox();
    program.app.take(Command::Go(Screen::Logs));
    program.until("the configuration is read", |state| state.logs.source.value().is_some());
    assert_eq!(program.app.state().logs.group(), None);

    program.configure_logging();
    let first = program.ask("Summarise in one sentence: a refund is granted within thirty days.".to_owned());
    let long = format!("How many times does the word stone occur?\n{}", "stone and sand, ".repeat(8_000));
    let large = program.ask(long.clone());

    // From the playground's link: the record is waited for and opened.
    program.app.take(Command::Logs(LogsCommand::Open { request_id: first.clone() }));
    program.app.take(Command::Refresh);
    program.until("the first record is open", |state| state.logs.detail.is_some());
    let detail = program.app.state().logs.detail.clone().unwrap();
    let record = detail.record().unwrap();
    assert_eq!((&*record.request_id, &*record.operation, &*record.model_id), (first.as_str(), "Converse", MODEL));
    assert!(record.latency_ms.is_some() && record.cost().is_some() && record.output_tokens.is_some_and(|tokens| tokens > 0));
    assert!(detail.conversation.reply().unwrap().text().to_lowercase().contains("sandbox"));

    program.app.take(Command::Logs(LogsCommand::Open { request_id: large.clone() }));
    let is_open =
        |state: &State, id: &str| state.logs.detail.as_ref().and_then(|d| d.record()).is_some_and(|record| &*record.request_id == id);
    program.until("the large record is open", |state| is_open(state, &large));
    assert_eq!(program.app.state().logs.detail.as_ref().unwrap().missing_bodies().len(), 1);
    program.app.take(Command::Logs(LogsCommand::FetchBodies));
    program.until("the body is fetched", |state| !state.logs.bodies.is_loading());
    assert_eq!(program.app.state().logs.bodies.problem(), None);
    assert_eq!(program.app.state().logs.detail.as_ref().unwrap().conversation.turns[0].text(), long);

    // The line with which Bedrock tried its permissions is there too, and counted.
    let view = program.app.state().logs.view.clone();
    assert_eq!((view.raw, view.rows.len(), view.facet(Dimension::Model)[0].count), (1, 3, 2));
    program.app.take(Command::Logs(LogsCommand::SetText("refund".to_owned())));
    program.until("the search has ended", |state| !state.logs.is_searching());
    assert_eq!(program.app.state().logs.view.rows.len(), 1);

    program.app.take(Command::Go(Screen::Dashboard));
    program.until("every plot is fetched", |state| !state.dashboard.is_loading() && state.dashboard.updated_ms.is_some());
    let dashboard = &program.app.state().dashboard;
    assert_eq!(dashboard.models().into_iter().collect::<Vec<_>>(), [MODEL]);
    let total = |index: usize| dashboard.numbers[index].series.iter().map(outcrop::metrics::series::Series::sum).sum::<f64>();
    assert_eq!((dashboard.board.numbers[0].title.as_str(), total(0)), ("Invocations", 2.0));
    let spent = outcrop::app::dashboard::accounts::by_model(dashboard.numbers.last().unwrap());
    assert!(spent.len() == 1 && spent[0].cost > 0.0 && !spent[0].is_unpriced, "{spent:?}");
    program.until("the records are accounted for", |state| state.dashboard.accounts.records == 2);
    assert!(program.app.state().dashboard.accounts.principals[0].cost > 0.0);
}

#[test]
fn a_dashboard_is_published_read_back_and_deleted_and_the_ledger_knows() {
    let mut program = Program::on_the_sandbox();
    program.ask("Name one kind of stone.".to_owned());
    program.app.take(Command::Go(Screen::Dashboard));
    let is_fetched = |state: &State| !state.dashboard.is_loading() && state.dashboard.updated_ms.is_some();
    program.until("the plots are fetched", is_fetched);

    let outstanding = |program: &Program| {
        let key = program.app.state().connection.environment().unwrap().key();
        let ledger = outcrop::lab::ledger::Ledger::open(program.home.path(), &key).unwrap();
        ledger.outstanding().unwrap().iter().map(|standing| standing.resource().label()).collect::<Vec<_>>()
    };
    program.app.take(Command::Dashboard(DashboardCommand::Publish));
    let published = |state: &State| state.dashboard.publishing.names.value().cloned().unwrap_or_default();
    program.until("it is listed", |state| !state.dashboard.publishing.names.is_loading() && published(state) == ["Bedrock"]);
    assert_eq!(outstanding(&program), ["dashboard Bedrock"]);

    program.app.take(Command::Dashboard(DashboardCommand::Open(BoardId::Published("Bedrock".to_owned()))));
    program.until("it is read back", |state| is_fetched(state) && state.dashboard.board.widgets.len() > 3);
    let dashboard = &program.app.state().dashboard;
    assert_eq!((dashboard.board.title.as_str(), dashboard.board.widgets[0].title.as_str()), ("Bedrock", "Invocations"));
    let invocations = dashboard.plots[0].value().unwrap();
    assert_eq!((invocations.series[0].model.as_str(), invocations.series[0].sum()), (MODEL, 1.0));

    program.app.take(Command::Dashboard(DashboardCommand::Unpublish("Bedrock".to_owned())));
    program.until("it is gone", |state| !state.dashboard.publishing.names.is_loading() && published(state).is_empty());
    assert!(outstanding(&program).is_empty());
}

#[test]
fn quotas_and_deliveries_are_told_on_the_second_dashboard() {
    let mut program = Program::on_the_sandbox();
    program.configure_logging();
    program.ask("Name one kind of sand.".to_owned());
    program.app.take(Command::Go(Screen::Dashboard));
    program.app.take(Command::Dashboard(DashboardCommand::Open(BoardId::BuiltIn("model-invocations".to_owned()))));
    program.until("quotas are known", |state| state.dashboard.quotas.value().is_some_and(|quotas| !quotas.is_empty()));
    program.until("the plots are fetched", |state| !state.dashboard.is_loading() && state.dashboard.updated_ms.is_some());
    let dashboard = &program.app.state().dashboard;
    let plot = |title: &str| {
        let index = dashboard.board.widgets.iter().position(|widget| widget.title == title).unwrap();
        dashboard.plots[index].value().unwrap().clone()
    };
    // The sandbox tells 400,000 tokens a minute for models through regional profiles.
    assert_eq!(plot("Estimated TPM use and quota").limits.iter().map(|limit| limit.value).collect::<Vec<_>>(), [400_000.0]);
    let delivered = plot("Delivery of invocation logs");
    assert!(delivered.series.iter().any(|series| series.metric == "Log group" && series.sum() >= 1.0), "{delivered:?}");
    assert_eq!(plot("Requests by input tokens").series.iter().map(outcrop::metrics::series::Series::sum).sum::<f64>(), 1.0);
    assert_eq!(plot("Daily tokens by model").period_ms, 86_400_000);
}
