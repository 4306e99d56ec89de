//! Several files in one request: parts of a form, each with the name of a channel.

use crate::fake::{Fixture, Reply, request};

const KIND: &str = "multipart/form-data; boundary=cut";

async fn post(fixture: &Fixture, kind: &str, body: &'static str) -> Reply {
    fixture.send(request("POST", "/v1/predict", &[("content-type", kind)], body)).await
}

#[tokio::test]
async fn parts_reach_the_model_by_name() {
    let fixture = Fixture::new(&[]);
    let form = "--cut\r\nContent-Disposition: form-data; name=\"T1\"; filename=\"a.nii\"\r\n\r\none\r\n\
                --cut\r\nContent-Disposition: form-data; name=\"T2\"\r\n\r\ntwo\r\n--cut--\r\n";
    let reply = post(&fixture, KIND, form).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "T1=one T2=two "));
    assert!(!fixture.lines.text().contains("a.nii"), "a file's name may be a patient's");
}

#[tokio::test]
async fn damaged_forms_are_refused_and_the_next_good_one_is_answered() {
    let fixture = Fixture::new(&[]);
    let check = async |kind: &str, body: &'static str, words: &str| {
        let reply = post(&fixture, kind, body).await;
        assert_eq!((reply.status, reply.json()["code"].as_str()), (400, Some("malformed")), "{}", reply.body);
        assert!(reply.body.contains(words), "{} lacks `{words}`", reply.body);
    };
    check("multipart/form-data", "--cut--\r\n", "no boundary").await;
    check(KIND, "", "0 bytes").await;
    check(KIND, "--cut--\r\n", "no parts").await;
    check(KIND, "an image", "damaged or ends early").await;
    check(KIND, "--cut\r\nContent-Disposition: form-data\r\n\r\none\r\n--cut--\r\n", "has no name").await;
    check(KIND, "--cut\r\nContent-Disposition: form-data; name=\"T1\"\r\n\r\none", "ends early").await;
    let good = post(&fixture, "application/gzip", "an image").await;
    assert_eq!((good.status, good.body.as_str()), (200, "an image"));
}
