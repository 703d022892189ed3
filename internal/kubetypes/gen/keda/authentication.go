package keda

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// A TriggerAuthentication says how the triggers of a namespace log in.
type TriggerAuthentication struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              authenticationSpec   `json:"spec"`
	Status            authenticationStatus `json:"status"`
}

// A TriggerAuthenticationList is what a server lists them in.
type TriggerAuthenticationList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`
	Items           []TriggerAuthentication `json:"items"`
}

// A ClusterTriggerAuthentication says how the triggers of a cluster log in.
type ClusterTriggerAuthentication struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              authenticationSpec   `json:"spec"`
	Status            authenticationStatus `json:"status"`
}

// A ClusterTriggerAuthenticationList is what a server lists them in.
type ClusterTriggerAuthenticationList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`
	Items           []ClusterTriggerAuthentication `json:"items"`
}

type authenticationSpec struct {
	PodIdentity        *podIdentity `json:"podIdentity"`
	SecretTargetRef    []targetRef  `json:"secretTargetRef"`
	ConfigMapTargetRef []targetRef  `json:"configMapTargetRef"`
	Env                []struct {
		Parameter     string `json:"parameter"`
		Name          string `json:"name"`
		ContainerName string `json:"containerName"`
	} `json:"env"`
	HashiCorpVault   *vault `json:"hashiCorpVault"`
	AzureKeyVault    *azure `json:"azureKeyVault"`
	GCPSecretManager *gcp   `json:"gcpSecretManager"`
	AWSSecretManager *aws   `json:"awsSecretManager"`

	BoundServiceAccountToken []struct {
		Parameter          string `json:"parameter"`
		ServiceAccountName string `json:"serviceAccountName"`
	} `json:"boundServiceAccountToken"`
}

type authenticationStatus struct {
	ScaledObjects string `json:"scaledobjects"`
	ScaledJobs    string `json:"scaledjobs"`
}

type podIdentity struct {
	Provider              string  `json:"provider"`
	IdentityID            *string `json:"identityId"`
	IdentityTenantID      *string `json:"identityTenantId"`
	IdentityAuthorityHost *string `json:"identityAuthorityHost"`
	RoleARN               *string `json:"roleArn"`
	IdentityOwner         *string `json:"identityOwner"`
}

type targetRef struct {
	Parameter string `json:"parameter"`
	Name      string `json:"name"`
	Key       string `json:"key"`
}

type secretValue struct {
	ValueFrom struct {
		SecretKeyRef struct {
			Name string `json:"name"`
			Key  string `json:"key"`
		} `json:"secretKeyRef"`
	} `json:"valueFrom"`
}

type vault struct {
	Address        string `json:"address"`
	Authentication string `json:"authentication"`
	Secrets        []struct {
		Parameter string `json:"parameter"`
		Path      string `json:"path"`
		Key       string `json:"key"`
		Type      string `json:"type"`
		PKIData   struct {
			CommonName string `json:"commonName"`
			AltNames   string `json:"altNames"`
			IPSans     string `json:"ipSans"`
			URISans    string `json:"uriSans"`
			OtherSans  string `json:"otherSans"`
			TTL        string `json:"ttl"`
			Format     string `json:"format"`
		} `json:"pkiData"`
	} `json:"secrets"`
	Namespace  string `json:"namespace"`
	Credential *struct {
		Token              string `json:"token"`
		ServiceAccount     string `json:"serviceAccount"`
		ServiceAccountName string `json:"serviceAccountName"`
	} `json:"credential"`
	Role  string `json:"role"`
	Mount string `json:"mount"`
}

type azure struct {
	VaultURI string `json:"vaultUri"`
	Secrets  []struct {
		Parameter string `json:"parameter"`
		Name      string `json:"name"`
		Version   string `json:"version"`
	} `json:"secrets"`
	Credentials *struct {
		ClientID     string       `json:"clientId"`
		TenantID     string       `json:"tenantId"`
		ClientSecret *secretValue `json:"clientSecret"`
	} `json:"credentials"`
	PodIdentity *podIdentity `json:"podIdentity"`
	Cloud       *struct {
		Type                    string `json:"type"`
		KeyVaultResourceURL     string `json:"keyVaultResourceURL"`
		ActiveDirectoryEndpoint string `json:"activeDirectoryEndpoint"`
	} `json:"cloud"`
}

type gcp struct {
	Secrets []struct {
		Parameter string `json:"parameter"`
		ID        string `json:"id"`
		Version   string `json:"version"`
	} `json:"secrets"`
	Credentials *struct {
		ClientSecret secretValue `json:"clientSecret"`
	} `json:"credentials"`
	PodIdentity *podIdentity `json:"podIdentity"`
}

type aws struct {
	Secrets []struct {
		Parameter    string `json:"parameter"`
		Name         string `json:"name"`
		VersionID    string `json:"versionId"`
		VersionStage string `json:"versionStage"`
	} `json:"secrets"`
	Credentials *struct {
		AccessKey       *secretValue `json:"accessKey"`
		AccessSecretKey *secretValue `json:"accessSecretKey"`
		AccessToken     *secretValue `json:"accessToken"`
	} `json:"credentials"`
	PodIdentity *podIdentity `json:"podIdentity"`
	Region      string       `json:"region"`
}
